import Core
import Foundation
import Planning
import Preprocessing
import Support

/// Measures the cropped cases of a task: `preprocessed/properties/dataset_properties.json`.
struct Fingerprinting {
    let task: TaskFolder
    let threads: Int

    /// Measures where a cropped case or the description has changed since, or the file is not as it was written.
    func run(overwrite: Bool, _ context: CommandContext) throws -> StageSummary {
        let ids = try task.caseIDs(.train)
        let key = try key(ids)
        var state = try PrepState.read(task)
        if !overwrite, state.fingerprintKey == key, state.fingerprintFile?.matches(task.fingerprintFile) == true {
            return StageSummary(done: 0, unchanged: ids.count)
        }
        let fingerprint = try FingerprintExtractor(info: task.info)
            .extract(from: task.croppedImages(), cases: ids, threads: threads, progress: context.progress("measure", ids.count))
        state.fingerprintKey = nil
        try state.write(task)
        try JSONFile.write(fingerprint, to: task.fingerprintFile)
        state.fingerprintKey = key
        state.fingerprintFile = try FileSeal(task.fingerprintFile)
        try state.write(task)
        return StageSummary(done: ids.count)
    }

    private func key(_ ids: [String]) throws -> String {
        var key = ContentKey()
        key.add("fingerprint 1")
        for text in task.info.labels + ["/"] + task.info.modalities { key.add(text) }
        for id in ids {
            let file = CroppedCase.propertiesFile(id, in: task.croppedImages())
            guard FileManager.default.fileExists(atPath: file.path) else {
                throw Problem(file, "case \(id) has not been cropped", remedy: "run 'nndet prep' with prep.crop=true")
            }
            let properties: CaseProperties = try JSONFile.read(from: file)
            key.add(id)
            key.add(properties.contentKey ?? "unknown")
        }
        return key.text
    }
}
