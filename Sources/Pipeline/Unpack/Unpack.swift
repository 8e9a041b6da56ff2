import Core
import Foundation
import Interop
import Preprocessing
import Support

/// `nndet unpack`: unpacks preprocessed arrays so that training can map them into memory.
public struct Unpack: Sendable {
    public var threads: Int

    public init(threads: Int = processorCount) { self.threads = max(1, threads) }

    /// Unpacks the folder `path`, or, where there is no such folder, the training cases of all plans of the task `path`.
    ///
    /// - Throws: `Problem` where neither exists, an archive is damaged or a file cannot be written.
    public func run(_ path: String, _ context: CommandContext) throws {
        for folder in try folders(path, context) {
            let count = try Unpacked.archives(in: folder).count
            guard count > 0 else {
                throw Problem(folder, "holds no archives (*.npz)", remedy: "give the folder preprocessed/<plan>/imagesTr")
            }
            let summary = try Unpacked.run(folder, threads: threads, progress: context.progress("unpack", count))
            context.log.info("unpacked \(folder.path): \(summary.text), up to \(threads) at a time")
        }
    }

    private func folders(_ path: String, _ context: CommandContext) throws -> [URL] {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return [URL(fileURLWithPath: path, isDirectory: true)]
        }
        guard !path.contains("/") else { throw Problem(path, "no such folder", remedy: "give the folder preprocessed/<plan>/imagesTr") }
        let task = try TaskFolder.resolve(path, in: context.environment.dataFolder)
        try OriginalData.adopt(task, context)
        let prepared = try PrepState.read(task).plans
        // Data of the Python nnDetection was not prepared here.
        let plans = prepared.isEmpty ? importedPlans(of: task) : prepared
        guard !plans.isEmpty else { throw Problem(task.name, "has not been prepared", remedy: "run 'nndet prep \(path)' first") }
        return plans.map { task.preprocessedImages($0, .train) }
    }

    /// The plans that have a folder of training cases.
    private func importedPlans(of task: TaskFolder) -> [String] {
        TaskFolder.names(in: task.preprocessed).filter {
            FileManager.default.fileExists(atPath: task.planFile($0).path)
                && FileManager.default.fileExists(atPath: task.preprocessedImages($0, .train).path)
        }
    }
}
