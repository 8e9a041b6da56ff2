import Foundation
import Support

extension DatasetInfo {
    private static let knownKeys = [
        "task", "dim", "labels", "modalities", "name", "target_class", "test_labels", "labels_stuff", "seg2det_stuff", "seg2det_things",
        "min_size", "min_vol", "description", "reference", "licence", "release", "info", "reading",
    ]

    /// What in the description of the task in `folder` may be a slip: a name that is not the folder's, keys that look like mistyped ones.
    ///
    /// - Throws: `Problem` where the description cannot be read.
    public static func notices(in folder: URL) throws -> [String] {
        guard let file = file(in: folder), case .map(let map) = try Document.read(file) else { return [] }
        var notices: [String] = []
        if case .text(let task)? = map["task"], task != folder.lastPathComponent {
            notices.append("\(file.path): 'task' is \(task), the folder is \(folder.lastPathComponent); the folder's name counts")
        }
        for key in map.keys.sorted() where !knownKeys.contains(key) {
            guard let near = knownKeys.min(by: { EditDistance.between(key, $0) < EditDistance.between(key, $1) }),
                EditDistance.between(key, near) <= 2
            else { continue }
            notices.append("\(file.path): the key '\(key)' means nothing (is it \(near)?)")
        }
        return notices
    }
}
