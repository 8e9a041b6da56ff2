import Core
import Foundation
import Imaging
import Support

/// The label files of the training cases beside their cropped images: `raw_cropped/labelsTr` (spec 02).
struct LabelCopies {
    let task: TaskFolder

    private var folder: URL { task.rawCropped.appendingPathComponent("labelsTr", isDirectory: true) }

    /// Copies what is missing or has changed, and removes what belongs to no case.
    ///
    /// - Throws: `Problem` naming a label file that is missing or cannot be copied.
    func update(_ ids: [String]) throws {
        AtomicFile.removeLeftovers(in: folder)
        var names: Set<String> = []
        for id in ids {
            for file in [try task.labelFile(of: id, .train), task.labelJSON(of: id, .train)] {
                // A header whose voxels lie in another file becomes one file.
                let isHeader = ["mhd", "nhdr"].contains(file.pathExtension.lowercased())
                let target = folder.appendingPathComponent(isHeader ? "\(id).nii.gz" : file.lastPathComponent)
                names.insert(target.lastPathComponent)
                if isHeader {
                    try ImageWriter.write(try task.reader.readLabels(file), to: target)
                } else {
                    let content = try Data.file(file)
                    if (try? Data.file(target)) != content { try AtomicFile.write(content, to: target) }
                }
            }
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] where !names.contains(name) {
            unlink(folder.appendingPathComponent(name).path)
        }
    }
}
