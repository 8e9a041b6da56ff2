import Core
import Foundation
import Support

/// What each prediction of a folder was made of, so that unchanged work is not done again: `keys.json`.
struct PredictionKeys {
    private let folder: URL
    private var keys: [String: String]

    init(in folder: URL) {
        self.folder = folder
        keys = (try? JSONFile.read(from: Self.file(folder))) ?? [:]
    }

    /// Whether the prediction of case `id` is there with all `files`, made of what `key` says.
    func holds(_ id: String, _ key: String, _ files: PredictionFiles) -> Bool {
        keys[id] == key
            && files.names(id).allSatisfy { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
    }

    mutating func note(_ id: String, _ key: String) throws {
        keys[id] = key
        try JSONFile.write(keys, to: Self.file(folder))
    }

    private static func file(_ folder: URL) -> URL { folder.appendingPathComponent("keys.json") }
}
