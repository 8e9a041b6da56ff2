import Core
import Foundation
import Imaging
import Support

/// `nndet example`: makes the toy task `Task000D3_Example` of cubes and cubes with a tunnel in noise.
///
/// The same options give the same voxels on every machine and for any number of threads. Files that are there already and were made with the
/// same options are kept.
public struct ExampleTask: Sendable {
    public static let name = "Task000D3_Example"

    public var trainCases: Int
    public var testCases: Int
    /// Voxels along each axis.
    public var imageSize: Int
    public var seed: UInt64
    /// Cases made at a time; 0: as many as there are processors.
    public var threads: Int

    /// - Throws: `Problem` naming the option that is out of range.
    public init(trainCases: Int = 10, testCases: Int = 10, imageSize: Int = 256, seed: UInt64 = 0, threads: Int = 0) throws {
        guard imageSize >= ExampleCase.smallestImage else {
            throw Problem(
                "--image-size", "is \(imageSize), it must be at least \(ExampleCase.smallestImage)",
                remedy: "the objects have up to 31 voxels")
        }
        guard trainCases > 0 else { throw Problem("--train", "is \(trainCases), it must be at least 1") }
        guard testCases >= 0 else { throw Problem("--test", "is \(testCases), it must not be negative") }
        guard threads >= 0 else { throw Problem("--num-processes", "is \(threads), it must not be negative") }
        self.trainCases = trainCases
        self.testCases = testCases
        self.imageSize = imageSize
        self.seed = seed
        self.threads = threads
    }

    /// Makes the task below the data root and returns its folder.
    ///
    /// - Throws: `Problem` naming the file that cannot be written, or the task that is there with other options.
    @discardableResult
    public func run(_ context: CommandContext) throws -> URL {
        let folder = context.environment.dataFolder.appendingPathComponent(Self.name, isDirectory: true)
        var info = DatasetInfo(
            task: Self.name, labels: ["Square", "SquareHole"], modalities: ["MRI"], name: "Example",
            testLabels: testCases > 0)
        info.description = "\(trainCases) + \(testCases) images of \(imageSize) voxels along each axis, seed \(seed)"
        try prepare(folder, info)
        let task = TaskFolder(url: folder, info: info)
        let total = trainCases + testCases
        let progress = context.progress("example", total)
        let gate = MemoryGate()
        let made = try parallelMap(total, threads: threads == 0 ? processorCount : threads) { index in
            defer { progress.advance() }
            // Arrays and the bytes of the archives.
            return try gate.run(needing: 16 * imageSize * imageSize * imageSize) { try make(index, in: task) }
        }
        let new = made.count { $0 }
        context.log.info(
            "\(folder.path): \(trainCases) training and \(testCases) test cases of \(imageSize)³ voxels"
                + (new < total ? ", \(total - new) of them were there already" : ""))
        return folder
    }

    /// Writes the description, after checking that no other data set is in its place.
    private func prepare(_ folder: URL, _ info: DatasetInfo) throws {
        let file = folder.appendingPathComponent("dataset.json")
        if FileManager.default.fileExists(atPath: file.path) {
            let present = try DatasetInfo.read(in: folder)
            guard present.description == info.description else {
                throw Problem(
                    folder, "is there already, made with other options (\(present.description ?? "unknown"))",
                    remedy: "remove the folder or choose another det_data")
            }
        }
        try JSONFile.write(info.document, to: file)
    }

    /// Makes case `index`; whether there was something to do.
    private func make(_ index: Int, in task: TaskFolder) throws -> Bool {
        let split: TaskFolder.Split = index < trainCases ? .train : .test
        let id = "case_\(index)"
        let image = task.images(split).appendingPathComponent("\(id)_0000.nii.gz")
        let map = task.labels(split).appendingPathComponent("\(id).nii.gz")
        let json = task.labelJSON(of: id, split)
        // Written last, so that it tells that the others are complete.
        if [image, map, json].allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) { return false }
        let example = ExampleCase(index, side: imageSize, seed: seed)
        let geometry = Geometry(size: SIMD3(repeating: imageSize), spacing: SIMD3(repeating: 1))
        try ImageWriter.write(Image(volume: example.image, geometry: geometry), to: image)
        try ImageWriter.write(Image(volume: example.mask, geometry: geometry), to: map)
        try JSONFile.write(CaseLabels(instances: [1: example.label]), to: json)
        return true
    }
}
