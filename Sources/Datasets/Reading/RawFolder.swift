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
    ///
    /// - Throws: `Problem` where a folder cannot be read.
    public func missing() throws -> [Problem] { try card.parts.filter { try find($0) == nil }.map(problem) }

    /// Where the first part whose title is `title` lies.
    ///
    /// - Throws: `Problem` that says where it should lie and where to get it.
    package func part(_ title: String) throws -> URL {
        guard let part = card.parts.first(where: { $0.title == title }) else {
            preconditionFailure("the card of \(card.name) lists no \(title)")
        }
        guard let found = try find(part) else { throw problem(part) }
        return found
    }

    private func problem(_ part: RawPart) -> Problem {
        Problem(
            url.appendingPathComponent(part.paths.first ?? ""), "is missing (\(part.title))",
            remedy: "get it from \(card.home); \(card.guide) says how the folders lie")
    }

    private func find(_ part: RawPart) throws -> URL? {
        for path in part.paths {
            if let place = try Self.match(path, in: url) { return place }
        }
        return nil
    }

    /// The first file or folder below `folder` that fits the pattern.
    private static func match(_ pattern: String, in folder: URL) throws -> URL? {
        var places = [folder]
        for component in pattern.split(separator: "/") {
            places = try places.flatMap { place in
                try FolderContents.names(in: place).filter { fnmatch(component.lowercased(), $0.lowercased(), 0) == 0 }
                    .map { place.appendingPathComponent($0) }
            }
        }
        return places.first
    }
}

/// Files and folders of a data set, in a fixed order and without hidden ones.
package enum FolderListing {
    /// Folders directly in `folder`.
    static func folders(in folder: URL) throws -> [URL] { try FolderContents.folders(in: folder) }

    /// All files below `folder` whose names end in `suffix`.
    package static func files(below folder: URL, suffix: String) throws -> [URL] {
        try files(below: folder).filter { $0.lastPathComponent.hasSuffix(suffix) }
    }

    static func files(below folder: URL) throws -> [URL] { try FolderContents.files(below: folder) }
}
