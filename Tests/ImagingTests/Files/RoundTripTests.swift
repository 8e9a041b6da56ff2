import Foundation
import Imaging
import Support
import TestSupport
import Testing

@Suite struct RoundTripTests {
    /// Rotated about all axes; columns are unit vectors.
    static let oblique: [Double] = {
        let (a, b) = (0.3, -0.2)
        return [
            cos(a), -sin(a) * cos(b), sin(a) * sin(b),
            sin(a), cos(a) * cos(b), -cos(a) * sin(b),
            0, sin(b), cos(b),
        ]
    }()

    static let geometry = Geometry(
        size: SIMD3(4, 5, 6), spacing: SIMD3(2.5, 0.7, 0.9), origin: SIMD3(-12.25, 33.5, 7.125), direction: oblique)

    static let image = Image(
        volume: Volume(shape: geometry.size, voxels: (0..<120).map { Float($0) * 1.5 - 40 }), geometry: geometry)

    @Test(arguments: ["nii.gz", "nii", "nrrd", "mha"])
    func floatsAndGeometryComeBack(ending: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("case_0000.\(ending)")
            try ImageWriter.write(Self.image, to: file)
            let back = try ImageReader().read(file)
            #expect(back.volume == Self.image.volume)
            expectClose(back.geometry, Self.geometry)
            #expect(try ImageReader().geometry(file) == back.geometry)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["case_0000.\(ending)"])
        }
    }

    @Test(arguments: ["nii.gz", "nii", "nrrd", "mha"])
    func integersComeBack(ending: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.\(ending)")
            let values = (0..<120).map { Int32($0) * 70_001 - 3_000_000 }
            try ImageWriter.write(Image(volume: Volume(shape: Self.geometry.size, voxels: values), geometry: Self.geometry), to: file)
            #expect(try ImageReader().readLabels(file).volume.voxels == values)
            let bytes = (0..<120).map { UInt8($0 * 2) }
            try ImageWriter.write(Image(volume: Volume(shape: Self.geometry.size, voxels: bytes), geometry: Self.geometry), to: file)
            #expect(try ImageReader().readLabels(file).volume.voxels == bytes.map(Int32.init))
            let shorts = (0..<120).map { Int16($0 * 273 - 16_000) }
            try ImageWriter.write(Image(volume: Volume(shape: Self.geometry.size, voxels: shorts), geometry: Self.geometry), to: file)
            #expect(try ImageReader().read(file).volume.voxels == shorts.map(Float.init))
        }
    }

    @Test(arguments: ["nii.gz", "nii", "nrrd", "mha"])
    func planarImagesComeBack(ending: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("flat.\(ending)")
            let geometry = Geometry(planarSize: (y: 5, x: 7), spacing: (y: 0.5, x: 0.25), origin: (x: -3, y: 4))
            let image = Image(volume: Volume(shape: geometry.size, voxels: (0..<35).map(Float.init)), geometry: geometry)
            try ImageWriter.write(image, to: file)
            let back = try ImageReader().read(file)
            #expect(back.volume == image.volume)
            expectClose(back.geometry, geometry)
        }
    }

    @Test func manyThreadsReadAndWrite() throws {
        try withTemporaryFolder { folder in
            let endings = ["nii.gz", "nii", "nrrd", "mha"]
            let sums = try parallelMap(200, threads: 8) { index in
                let file = folder.appendingPathComponent("\(index).\(endings[index % 4])")
                var image = Self.image
                image.volume.voxels[0] = Float(index)
                try ImageWriter.write(image, to: file)
                return try ImageReader().read(file).volume.voxels[0]
            }
            #expect(sums == (0..<200).map(Float.init))
        }
    }

    /// ITK keeps the name of the NIfTI file that it read last for the whole program: threads that set it at once, to longer names than
    /// before, ended the program now and then.
    @Test func manyThreadsReadHeadersOfDifferentFiles() throws {
        try withTemporaryFolder { folder in
            for name in 0..<8 { try ImageWriter.write(Self.image, to: folder.appendingPathComponent("\(name).nii")) }
            let sizes = try parallelMap(4000, threads: 8) { index in
                let detour = String(repeating: "./", count: index / 4)
                return try ImageReader().geometry(URL(fileURLWithPath: "\(folder.path)/\(detour)\(index % 8).nii")).size
            }
            #expect(sizes.allSatisfy { $0 == Self.image.geometry.size })
        }
    }

    private func expectClose(_ mine: Geometry, _ theirs: Geometry) {
        #expect(mine.size == theirs.size)
        for axis in 0..<3 {
            // NIfTI keeps single precision.
            #expect(abs(mine.spacing[axis] - theirs.spacing[axis]) < 1e-6)
            #expect(abs(mine.origin[axis] - theirs.origin[axis]) < 1e-5)
        }
        for (a, b) in zip(mine.direction, theirs.direction) { #expect(abs(a - b) < 1e-6) }
    }
}
