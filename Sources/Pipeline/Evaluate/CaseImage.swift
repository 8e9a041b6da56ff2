import Core
import Imaging

/// The image of a case as pictures show it: its first modality, as stored.
enum CaseImage {
    static func read(_ id: String, _ split: TaskFolder.Split, in task: TaskFolder) throws -> Image<Float> {
        let files = try task.imageFiles(of: id, split)
        return try task.reader.read(files[0])
    }
}
