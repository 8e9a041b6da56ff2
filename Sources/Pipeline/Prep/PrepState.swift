import Core
import Foundation
import Support

/// What the fingerprint and the plans of a task were made from: `preprocessed/properties/prep.json`.
struct PrepState: Codable, Equatable {
    var formatVersion = 1
    /// Key of the cropped cases and the data set's description.
    var fingerprintKey: String?
    /// The fingerprint as it was written.
    var fingerprintFile: FileSeal?
    /// Key of the fingerprint and the options of planning.
    var planKey: String?
    /// Names of the plans that belong to `planKey`.
    var plans: [String] = []
    /// The plans as they were written, by name.
    var planFiles: [String: FileSeal]?

    enum CodingKeys: String, CodingKey {
        case plans
        case formatVersion = "format_version"
        case fingerprintKey = "fingerprint_key"
        case fingerprintFile = "fingerprint_file"
        case planKey = "plan_key"
        case planFiles = "plan_files"
    }

    private static func file(_ task: TaskFolder) -> URL { task.properties.appendingPathComponent("prep.json") }

    /// The state of `task`; an empty one where there is none of this version.
    ///
    /// - Throws: `Problem` where it is damaged: which plans were edited would be forgotten.
    static func read(_ task: TaskFolder) throws -> PrepState {
        let state: PrepState? = try JSONFile.readIfPresent(
            from: file(task), remedy: "remove it; plans that are there then count as copied from elsewhere")
        return state.flatMap { $0.formatVersion == 1 ? $0 : nil } ?? PrepState()
    }

    func write(_ task: TaskFolder) throws { try JSONFile.write(self, to: Self.file(task)) }
}
