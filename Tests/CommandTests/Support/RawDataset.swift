import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// A small raw data set in a temporary folder, in its owner's layout, and the program that prepares it.
struct RawDataset {
    let root: URL
    let tool: CommandLineTool

    static func with(_ body: (RawDataset) throws -> Void) throws {
        try withTemporaryFolder { (root: URL) throws in
            let dataset = RawDataset(root: root, tool: CommandLineTool(in: root))
            try AtomicFile.createFolder(dataset.raw)
            try body(dataset)
        }
    }

    var raw: URL { root.appendingPathComponent("raw", isDirectory: true) }
    func file(_ path: String) -> URL { raw.appendingPathComponent(path) }

    /// A grid of unequal sides and spacings, turned and shifted.
    static func grid(_ size: SIMD3<Int> = SIMD3(7, 9, 11)) -> Geometry {
        Geometry(size: size, spacing: SIMD3(2.5, 0.75, 0.5), origin: SIMD3(-20, 31, 7.5), direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1])
    }

    /// Whole numbers that differ between neighbours and between seeds.
    static func pattern(_ size: SIMD3<Int> = SIMD3(7, 9, 11), seed: Int = 0) -> Volume<Float> {
        let voxels = (0..<size.x * size.y * size.z).map { Float(($0 * 7919 + seed * 104_729) % 2003 - 1000) }
        return Volume(shape: size, voxels: voxels)
    }

    /// A map of cuboids `lower ..< upper` with their values.
    static func map(_ cuboids: [(SIMD3<Int>, SIMD3<Int>, Int32)], size: SIMD3<Int> = SIMD3(7, 9, 11)) -> Volume<Int32> {
        var map = Volume<Int32>(shape: size, filledWith: 0)
        for (lower, upper, value) in cuboids {
            for i in lower.x..<upper.x {
                for j in lower.y..<upper.y {
                    for k in lower.z..<upper.z { map[i, j, k] = value }
                }
            }
        }
        return map
    }

    func write(_ volume: Volume<Float>, _ grid: Geometry, to path: String) throws {
        let image = Image(volume: volume, geometry: grid)
        guard path.hasSuffix(".mhd") else { return try ImageWriter.write(image, to: file(path)) }
        // As LUNA16 has them: a header, and beside it the voxels, int16.
        let numbers = { (values: [Double]) in values.map { "\($0)" }.joined(separator: " ") }
        let d = grid.direction
        try text(
            [
                "ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False", "CompressedData = False",
                "TransformMatrix = \(numbers([d[0], d[3], d[6], d[1], d[4], d[7], d[2], d[5], d[8]]))",
                "Offset = \(numbers([grid.origin.x, grid.origin.y, grid.origin.z]))", "CenterOfRotation = 0 0 0",
                "AnatomicalOrientation = RAI", "ElementSpacing = \(numbers([grid.spacing.z, grid.spacing.y, grid.spacing.x]))",
                "DimSize = \(grid.size.z) \(grid.size.y) \(grid.size.x)", "ElementType = MET_SHORT",
                "ElementDataFile = \(file(path).deletingPathExtension().lastPathComponent).raw",
            ], to: path)
        let voxels = volume.voxels.map { Int16($0) }
        try voxels.withUnsafeBytes { Data($0) }.write(to: file(path).deletingPathExtension().appendingPathExtension("raw"))
    }

    func write(_ map: Volume<Int32>, _ grid: Geometry, to path: String) throws {
        try ImageWriter.write(Image(volume: map, geometry: grid), to: file(path))
    }

    func text(_ lines: [String], to path: String, newline: String = "\n") throws {
        try AtomicFile.write(Data((lines.joined(separator: newline) + newline).utf8), to: file(path))
    }

    /// A series of slices, one file each, named so that their order is not that of their places.
    func series(
        _ volume: Volume<Float>, _ folder: String, uid: String, patient: String = "P1", modality: String = "CT",
        origin: SIMD3<Double> = SIMD3(-10, -20, 30), spacing: SIMD3<Double> = SIMD3(2.5, 0.75, 0.5), intercept: Int = -1024,
        change: (inout DICOMFixture, Int) -> Void = { _, _ in }
    ) throws {
        let plane = volume.shape.y * volume.shape.z
        for slice in 0..<volume.shape.x {
            var file = DICOMFixture(
                instance: "\(uid).\(slice + 1)", position: origin + SIMD3(0, 0, spacing.x * Double(slice)), rows: volume.shape.y,
                columns: volume.shape.z, voxels: volume.voxels[slice * plane..<(slice + 1) * plane].map { Int16(Int($0) - intercept) })
            (file.series, file.study, file.patient, file.modality) = (uid, "\(uid).0", patient, modality)
            (file.number, file.intercept, file.spacing) = (slice + 1, intercept, SIMD2(spacing.y, spacing.z))
            change(&file, slice)
            try file.write(to: self.file("\(folder)/1-\(String(format: "%03d", volume.shape.x - slice)).dcm"))
        }
    }

    /// The grid of `series`.
    static func seriesGrid(
        _ size: SIMD3<Int>, origin: SIMD3<Double> = SIMD3(-10, -20, 30), spacing: SIMD3<Double> = SIMD3(2.5, 0.75, 0.5)
    ) -> Geometry { Geometry(size: size, spacing: spacing, origin: origin) }

    func prepare(_ name: String, _ more: String...) throws -> CommandLineTool.Result {
        try tool.run(["dataset", "prepare", name, "--raw", raw.path] + more)
    }

    /// The task, after its preparation succeeded and everything in it passed the full check.
    func task(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> PreparedTask {
        let result = try tool.run("prep", name, "--full_check", "-o", "prep=nothing")
        #expect(result.status == 0, "\(result.output)\(result.errors)", sourceLocation: sourceLocation)
        return try PreparedTask(task: TaskFolder(root.appendingPathComponent("data/\(name)")))
    }
}

/// The task that was made of a raw data set.
struct PreparedTask {
    let task: TaskFolder

    func ids(_ split: TaskFolder.Split = .train) throws -> [String] { try task.caseIDs(split) }

    func split(of id: String) -> TaskFolder.Split {
        FileManager.default.fileExists(atPath: task.labelJSON(of: id, .test).path) ? .test : .train
    }

    func image(_ id: String, _ modality: Int = 0) throws -> Image<Float> {
        try ImageReader().read(task.imageFile(of: id, modality: modality, split(of: id)))
    }

    func map(_ id: String) throws -> Image<Int32> { try ImageReader().readLabels(task.labelFile(of: id, split(of: id))) }

    func classes(_ id: String) throws -> [Int: Int] { try CaseLabels.read(task.labelJSON(of: id, split(of: id))).instances }

    func document(_ id: String) throws -> Document { try Document.read(task.labelJSON(of: id, split(of: id))) }

    func description() throws -> Document { try Document.read(task.url.appendingPathComponent("dataset.json")) }

    func splits() throws -> Splits { try JSONFile.read(from: task.splitsFile()) }
}
