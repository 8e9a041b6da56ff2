import Foundation
import Support

/// Images and label maps that belong together by their names.
package struct FilePairs {
    private let images: [String: URL]
    private let labels: [String: URL]
    package private(set) var skipped: [SkippedCase] = []
    /// Images that are there.
    var found: Int { images.count }

    /// - Throws: `Problem` where there is no image at all, or two files are of one case.
    package init(images: [URL], imageSuffix: String, labels: [URL], labelSuffix: String) throws {
        self.images = try Self.table(images, imageSuffix)
        self.labels = try Self.table(labels, labelSuffix)
    }

    private static func table(_ files: [URL], _ suffix: String) throws -> [String: URL] {
        try files.reduce(into: [:]) { table, file in
            let id = String(file.lastPathComponent.dropLast(suffix.count))
            if let other = table.updateValue(file, forKey: id) {
                throw Problem(file, "is of the same case as \(other.path)", remedy: "remove one of the two")
            }
        }
    }

    /// Ids of images that have a label map, sorted.
    var paired: [String] { images.keys.filter { labels[$0] != nil }.sorted() }

    /// A case for every image that has labels; others are noted as left out.
    ///
    /// - Parameter labels: the labels of a case by its map; nil where a case has none; throws `LeftOut` where it cannot be used.
    package mutating func cases(_ labels: (_ id: String, _ map: URL) throws -> (any LabelSource)?) throws -> [DatasetCase] {
        var cases: [DatasetCase] = []
        for (id, image) in images.sorted(by: { $0.key < $1.key }) {
            guard let map = self.labels[id] else {
                skipped.append(SkippedCase(id: id, reason: "has no label map"))
                continue
            }
            do {
                guard let source = try labels(id, map) else { throw LeftOut("has no corrected labels") }
                cases.append(DatasetCase(id: id, images: [.file(image)], labels: source))
            } catch let left as LeftOut {
                skipped.append(SkippedCase(id: id, reason: left.reason))
            }
        }
        for id in self.labels.keys.sorted() where images[id] == nil {
            skipped.append(SkippedCase(id: id, reason: "has a label map, but no image"))
        }
        return cases
    }
}
