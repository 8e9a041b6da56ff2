import Foundation
import Imaging
import Support

/// The names in folders by their stems, so that looking for the files of every case does not list a folder once per case.
///
/// A folder is listed again when it has changed.
package final class FolderIndex: @unchecked Sendable {
    private struct Listing {
        let changed: Double
        /// Names by `key`, sorted.
        let names: [String: [String]]
    }

    private let lock = NSLock()
    private var listings: [String: Listing] = [:]

    package init() {}

    /// The image called `stem` with any ending. Where no name has its very letters, one that differs in case of the ending or in the Unicode
    /// normal form counts.
    package func image(_ stem: String, in folder: URL) -> URL? {
        let isPresent = { (file: URL) in FileManager.default.fileExists(atPath: file.path) }
        return ImageFormat.extensions.lazy.map { folder.appendingPathComponent(stem + $0) }.first(where: isPresent)
            ?? names(of: stem, in: folder).lazy.filter { ImageFormat.stem(of: $0) != nil }.map { folder.appendingPathComponent($0) }
            .first(where: isPresent)
    }

    /// The names in `folder` whose stem (of an image, else the whole name) is equal to `stem` in any Unicode normal form, sorted.
    func names(of stem: String, in folder: URL) -> [String] {
        lock.withLock { listing(folder).names[CaseName.normalized(stem)] ?? [] }
    }

    private func listing(_ folder: URL) -> Listing {
        var status = stat()
        guard stat(folder.path, &status) == 0 else { return Listing(changed: 0, names: [:]) }
        let changed = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
        if let known = listings[folder.path], known.changed == changed { return known }
        let names = Dictionary(grouping: TaskFolder.names(in: folder)) { CaseName.normalized(ImageFormat.stem(of: $0) ?? $0) }
        let listing = Listing(changed: changed, names: names)
        // What changes within the resolution of the clock would not be noticed.
        listings[folder.path] = Date().timeIntervalSince1970 - changed > 2 ? listing : nil
        return listing
    }
}
