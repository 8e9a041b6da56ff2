import Core
import Foundation
import Support

/// A model in one file: a zip archive of its files with a manifest of their checksums.
enum PackedModel {
    private struct Manifest: Codable {
        var format = "nndet model"
        var formatVersion = 1
        /// Key of the content of each file.
        var files: [String: String]

        enum CodingKeys: String, CodingKey {
            case format, files
            case formatVersion = "format_version"
        }
    }

    private static let manifestName = "manifest.json"

    /// Packs what predicting needs, and the scores that `model info` tells.
    ///
    /// - Throws: `Problem` naming the file that cannot be read or written.
    static func pack(_ bundle: ModelBundle, to url: URL) throws {
        let run = bundle.run
        var files = [run.config, bundle.isTuned ? run.planInference : run.plan] + bundle.weights
        let further = [run.meta, run.results(.val).appendingPathComponent("results_boxes.json")]
        files += further.filter { FileManager.default.fileExists(atPath: $0.path) }
        var manifest = Manifest(files: [:])
        var entries: [ZipArchive.NewEntry] = []
        for file in files {
            let name = String(file.path.dropFirst(run.url.path.count).drop { $0 == "/" })
            let content = try Data.file(file)
            manifest.files[name] = key(content)
            entries.append(ZipArchive.NewEntry(name: name, head: Data(), body: content))
        }
        entries.insert(ZipArchive.NewEntry(name: manifestName, head: Data(), body: try JSONFile.encode(manifest)), at: 0)
        try ZipArchive.write(entries, to: url, compressed: false)
    }

    /// Unpacks the files of `url` into `folder`.
    ///
    /// - Throws: `Problem` where it is no packed model, from a newer version, or damaged.
    static func unpack(_ url: URL, to folder: URL) throws {
        let entries = Dictionary(try ZipArchive.entries(of: Data.file(url), named: url.path).map { ($0.name, $0) }) { first, _ in first }
        guard let first = entries[manifestName] else {
            throw Problem(url, "is not a packed model: it has no manifest", remedy: "make one with 'nndet model pack'")
        }
        let manifest: Manifest = try JSONFile.decode(from: first.content(), named: "\(url.path)[\(manifestName)]")
        guard manifest.formatVersion == 1 else {
            throw Problem(url, "has format version \(manifest.formatVersion), this program reads 1", remedy: "update nndet")
        }
        for (name, expected) in manifest.files {
            // Names come from outside: nothing is written elsewhere.
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw Problem(url, "holds the file name '\(name)', which leads out of its folder")
            }
            guard !name.isEmpty, !name.utf8.contains(0), name != manifestName else {
                throw Problem(url, "lists \(String(reflecting: name)), which is no name of a file of a model")
            }
            guard let entry = entries[name] else { throw Problem(url, "lacks its file \(name)") }
            guard entry.isStored else {
                throw Problem(
                    "\(url.path)[\(name)]", "is compressed, packed models are not", remedy: "pack the model again with 'nndet model pack'")
            }
            let content = try entry.content()
            guard key(content) == expected else { throw Problem("\(url.path)[\(name)]", "is damaged", remedy: "copy the model again") }
            try AtomicFile.write(content, to: folder.appendingPathComponent(name))
        }
    }

    private static func key(_ data: Data) -> String {
        var key = ContentKey()
        data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in key.add(bytes) }
        return key.text
    }
}
