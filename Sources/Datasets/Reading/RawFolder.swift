import Foundation
import Support

/// The folder of a data set as it was downloaded.
public struct RawFolder: Sendable {
    public let url: URL
    /// Corrected labels, where the user gave a folder of them.
    let corrected: CorrectedLabels?
    private let card: DatasetCard

    /// - Parameters:
    ///   - url: the folder as it was downloaded.
    ///   - card: what of the data set must lie there.
    ///   - labels: the folder of corrected labels.
    /// - Throws: `Problem` where a folder is missing, or corrected labels are given for a data set that has none.
    public init(_ url: URL, of card: DatasetCard, labels: URL? = nil) throws {
        self.url = url
        self.card = card
        for folder in [url, labels].compactMap({ $0 }) {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
                throw Problem(folder, "no such folder", remedy: "check the path; \(card.title) is found at \(card.home)")
            }
            guard isFolder.boolValue else { throw Problem(folder, "is a file, a folder is needed here", remedy: "unpack it") }
        }
        if labels != nil, card.correctedLabels == nil {
            throw Problem("--labels", "there are no corrected labels of \(card.name)", remedy: "leave it out")
        }
        corrected = try labels.map { try CorrectedLabels($0) }
    }

    /// What of the data set is not there, one problem for each part.
    public var missing: [Problem] { card.parts.filter { find($0) == nil }.map(problem) }

    /// Where the first part whose title is `title` lies.
    ///
    /// - Throws: `Problem` that says where it should lie and where to get it.
    package func part(_ title: String) throws -> URL {
        guard let part = card.parts.first(where: { $0.title == title }) else {
            preconditionFailure("the card of \(card.name) lists no \(title)")
        }
        guard let found = find(part) else { throw problem(part) }
        return found
    }

    private func problem(_ part: RawPart) -> Problem {
        Problem(
            url.appendingPathComponent(part.paths.first ?? ""), "is missing (\(part.title))",
            remedy: "get it from \(card.home); \(card.guide) says how the folders lie")
    }

    private func find(_ part: RawPart) -> URL? { part.paths.lazy.compactMap { Self.match($0, in: url) }.first }

    /// The first file or folder below `folder` that fits the pattern.
    private static func match(_ pattern: String, in folder: URL) -> URL? {
        var places = [folder]
        for component in pattern.split(separator: "/") {
            places = places.flatMap { place in
                FolderListing.names(in: place).filter { fnmatch(component.lowercased(), $0.lowercased(), 0) == 0 }
                    .map { place.appendingPathComponent($0) }
            }
        }
        return places.first
    }
}

/// What lies in folders, in a fixed order and without hidden files (macOS adds some to archives).
package enum FolderListing {
    static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Folders directly in `folder`.
    static func folders(in folder: URL) -> [URL] {
        names(in: folder).map { folder.appendingPathComponent($0, isDirectory: true) }.filter(isFolder)
    }

    /// All files below `folder` whose names end in `suffix`.
    package static func files(below folder: URL, suffix: String) -> [URL] {
        files(below: folder).filter { $0.lastPathComponent.hasSuffix(suffix) }
    }

    static func files(below folder: URL) -> [URL] {
        names(in: folder).flatMap { name -> [URL] in
            let url = folder.appendingPathComponent(name)
            return isFolder(url) ? files(below: url) : [url]
        }
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
