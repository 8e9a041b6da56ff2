import Foundation
import Imaging
import Testing
import TestSupport

/// Folder of the packages of scripts/test-tools.sh.
private let python = ProcessInfo.processInfo.environment["NNDET_TEST_PYTHON"]

/// Random files of every format, as nibabel, SimpleITK, pydicom and dcm2niix read them.
@Suite(.enabled(if: python != nil, "needs the packages of scripts/test-tools.sh"))
struct PeerTests {
    private struct Expected: Decodable {
        let path: String
        let peer: String
        /// Voxel (x, y, z) to LPS in mm, 3 × 4.
        let affine: [Double]
        /// Along x, y, z.
        let shape: [Int]
        /// File of the values, float64, x fastest.
        let values: String

        func position(_ x: Double, _ y: Double, _ z: Double) -> SIMD3<Double> {
            func row(_ i: Int) -> Double { affine[4 * i] * x + affine[4 * i + 1] * y + affine[4 * i + 2] * z + affine[4 * i + 3] }
            return SIMD3(row(0), row(1), row(2))
        }
    }

    @Test(arguments: [0, 1]) func agree(seed: Int) throws {
        try withTemporaryFolder { folder in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Reference/peers.py")
            process.arguments = ["python3", script.path, folder.path, "\(seed)"]
            process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONPATH": python ?? ""]) { $1 }
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            let list = try JSONDecoder().decode([Expected].self, from: Data(contentsOf: folder.appendingPathComponent("expected.json")))
            #expect(list.count > 100)
            for expected in list { try compare(expected, in: folder) }
        }
    }

    /// Every voxel of ours is at a voxel of theirs, with the same value; the order of the axes may differ.
    private func compare(_ expected: Expected, in folder: URL) throws {
        let name = "\(expected.path) (\(expected.peer))"
        let image = try ImageReader().read(folder.appendingPathComponent(expected.path))
        let values = try Data(contentsOf: folder.appendingPathComponent(expected.values))
        let (volume, geometry) = (image.volume, image.geometry)
        let (nx, ny, nz) = (expected.shape[0], expected.shape[1], expected.shape[2])
        #expect(volume.count == nx * ny * nz, "\(name): \(volume.shape), \(expected.shape)")
        var (farthest, largest) = (0.0, 0.0)
        for z in 0..<nz {
            for y in 0..<ny {
                for x in 0..<nx {
                    let position = expected.position(Double(x), Double(y), Double(z))
                    let index = geometry.index(of: position).rounded(.toNearestOrEven)
                    guard index.min() >= 0, Int(index.x) < volume.shape.x, Int(index.y) < volume.shape.y, Int(index.z) < volume.shape.z
                    else {
                        Issue.record("\(name): voxel \(x), \(y), \(z) is outside, at \(index)")
                        return
                    }
                    let shift = geometry.position(of: index) - position
                    farthest = max(farthest, (shift * shift).sum().squareRoot())
                    let theirs = values.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: ((z * ny + y) * nx + x) * 8, as: Double.self) }
                    let ours = Double(volume.voxels[(Int(index.x) * volume.shape.y + Int(index.y)) * volume.shape.z + Int(index.z)])
                    largest = max(largest, abs(ours - theirs) / max(1, abs(theirs)))
                }
            }
        }
        #expect(farthest < 1e-3, "\(name): \(farthest) mm apart")
        #expect(largest < 1e-6, "\(name): values differ by \(largest) of their size")
    }
}
