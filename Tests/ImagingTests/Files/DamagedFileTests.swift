import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// What cannot be read is refused in one line that names the file; nothing else is printed.
@Suite(.serialized) struct DamagedFileTests {
    private static let image = RoundTripTests.image

    /// Writes the image, changes the bytes and runs `body`.
    private func withDamaged(_ name: String, _ change: (inout Data) -> Void, _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent(name)
            try ImageWriter.write(Self.image, to: file)
            var data = try Data(contentsOf: file)
            change(&data)
            try data.write(to: file)
            try body(file)
        }
    }

    @Test(arguments: ["nii.gz", "nii", "nrrd", "mha"], [1, 8, 100])
    func truncatedFilesAreFound(ending: String, missing: Int) throws {
        try withDamaged("cut.\(ending)", { $0.removeLast(missing) }) { file in
            let printed = try whatIsPrinted {
                expectProblem(file, containing: "truncated") { _ = try ImageReader().read(file) }
                expectProblem(file, containing: "truncated") { _ = try ImageReader().readLabels(file) }
            }
            #expect(printed.isEmpty)
        }
    }

    @Test func aWrongByteIsFound() throws {
        try withDamaged("flipped.nii.gz", { $0[$0.count - 6] ^= 0x55 }) { file in
            expectProblem(file, containing: "corrupt") { _ = try ImageReader().read(file) }
        }
        try withDamaged("whole.nii.gz", { _ in }) { file in _ = try ImageReader().read(file) }
    }

    @Test(arguments: ["nii.gz", "nii", "nrrd", "mha", "mhd", "dcm"])
    func otherContentIsNoImage(ending: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("case.\(ending)")
            let contents = [Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 % 251 + 1) }), Data("some text\n".utf8)]
            let printed = try whatIsPrinted {
                for content in contents {
                    try content.write(to: file)
                    expectProblem(file, containing: "is not a") { _ = try ImageReader().read(file) }
                }
                try Data().write(to: file)
                expectProblem(file, containing: "empty") { _ = try ImageReader().read(file) }
            }
            #expect(printed.isEmpty)
        }
    }

    @Test func missingFilesAndFoldersAreNamed() throws {
        try withTemporaryFolder { folder in
            let missing = folder.appendingPathComponent("missing.nii.gz")
            expectProblem(missing, containing: "no such file") { _ = try ImageReader().read(missing) }
            expectProblem(missing, containing: "no such file") { _ = try ImageReader().geometry(missing) }
            expectProblem(folder, containing: "no DICOM") { _ = try ImageReader().read(folder) }
            let pipe = folder.appendingPathComponent("pipe.nii")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            expectProblem(pipe, containing: "not a regular file") { _ = try ImageReader().read(pipe) }
        }
    }

    @Test func fourDimensionsAndColoursAreRefused() throws {
        // NIfTI headers: dim[0] and dim[4] at byte 40; datatype (RGB is 128) and bits at byte 70.
        try withDamaged(
            "four.nii",
            { data in
                data[40] = 4
                data[48] = 2
                data.append(Data(count: 120 * 4))
            }
        ) { file in
            expectProblem(file, containing: "4 dimensions") { _ = try ImageReader().read(file) }
        }
        try withDamaged(
            "colour.nii",
            { data in
                data[70] = 128
                data[72] = 24
            }
        ) { file in
            expectProblem(file, containing: "3 values per voxel") { _ = try ImageReader().read(file) }
        }
    }

    @Test func aFourthDimensionOfOneIsNone() throws {
        try withDamaged("four.nii", { $0[40] = 4 }) { file in
            let back = try ImageReader().read(file)
            #expect(back.volume == Self.image.volume)
        }
    }

    @Test func valuesThatAreNoLabelsAreRefused() throws {
        try withTemporaryFolder { folder in
            for file in ["values.nrrd", "values.nii.gz"].map(folder.appendingPathComponent) {
                for value in [Float.nan, .infinity, 3e9, -3e9, 1.5, 0.98] {
                    var image = Self.image
                    image.volume.voxels = image.volume.voxels.map { $0.rounded() }
                    try ImageWriter.write(image, to: file)
                    _ = try ImageReader().readLabels(file)
                    image.volume.voxels[7] = value
                    try ImageWriter.write(image, to: file)
                    expectProblem(file, containing: "label map") { _ = try ImageReader().readLabels(file) }
                }
            }
        }
    }

    @Test func floatingPointLabelsAreRounded() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("labels.nii.gz")
            let values: [Float] = [0, 0.9999, 1.0001, -1, 1.995, 16_777_216]
            let geometry = Geometry(size: SIMD3(1, 2, 3), spacing: SIMD3(1, 1, 1))
            try ImageWriter.write(Image(volume: Volume(shape: geometry.size, voxels: values), geometry: geometry), to: file)
            #expect(try ImageReader().readLabels(file).volume.voxels == [0, 1, 1, -1, 2, 16_777_216])
        }
    }

    @Test func unwritablePlacesAndFormatsAreNamed() throws {
        try withTemporaryFolder { folder in
            let jpeg = folder.appendingPathComponent("a.jpg")
            expectProblem(jpeg, containing: "written as .nii.gz") { try ImageWriter.write(Self.image, to: jpeg) }
            let file = folder.appendingPathComponent("file")
            try Data("x".utf8).write(to: file)
            #expect(throws: Problem.self) { try ImageWriter.write(Self.image, to: file.appendingPathComponent("a.nii.gz")) }
            // Nothing stays behind.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        }
    }

    @Test func writingReplacesTheWholeFile() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.nii")
            try Data(count: 100_000).write(to: file)
            try ImageWriter.write(Self.image, to: file)
            #expect(try Data(contentsOf: file).count == 352 + 120 * 4)
        }
    }

    /// What `body` writes to standard error.
    private func whatIsPrinted(_ body: () throws -> Void) throws -> String {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("stderr")
            let target = open(file.path, O_WRONLY | O_CREAT, 0o600)
            let saved = dup(2)
            defer {
                close(saved)
                close(target)
            }
            fflush(nil)
            dup2(target, 2)
            defer { dup2(saved, 2) }
            try body()
            fflush(nil)
            // Tests that run beside this one print their progress.
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { line in
                !["◇", "✔", "✘", "↳", "Test "].contains { line.contains($0) }
            }.joined(separator: "\n")
        }
    }
}
