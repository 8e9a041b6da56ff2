import Foundation
import Support

/// A stage that is done again only where what it is made from has changed: a file beside its results keeps the key of the last time.
struct FinishedStage {
    /// For people, e.g. `sweep of fold 0`.
    let name: String
    /// Where the key lies.
    let file: URL
    /// Identifies everything that the results depend on.
    let key: String
    /// Files that must be there.
    let results: [URL]

    /// - Parameters:
    ///   - inputs: files whose content the results depend on; those that are missing count as such.
    ///   - options: what else they depend on.
    init(_ name: String, file: URL, inputs: [URL], options: String = "", results: [URL]) throws {
        self.name = name
        self.file = file
        self.results = results
        var key = ContentKey()
        key.add(options)
        for url in inputs {
            key.add(url.lastPathComponent)
            if FileManager.default.fileExists(atPath: url.path) { try key.add(file: url) }
        }
        self.key = key.text
    }

    /// Where the key of a stage lies that leaves its results in `folder`.
    static func file(in folder: URL) -> URL { folder.appendingPathComponent("finished.json") }

    /// Has the stage that left results in `folder` done again: something else is put in their place.
    static func forget(in folder: URL) { try? FileManager.default.removeItem(at: file(in: folder)) }

    var isDone: Bool {
        let stored: String? = try? JSONFile.read(from: file)
        return stored == key && results.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Does the stage where it is not done.
    func run(_ context: CommandContext, _ body: () throws -> Void) throws {
        guard !isDone else { return context.log.info("\(name): done already") }
        try body()
        try JSONFile.write(key, to: file)
    }
}
