import Foundation

/// What is in folders, in a fixed order and without hidden files (macOS adds some to archives).
public enum FolderContents {
    /// Names in `folder`, sorted; none where there is no such folder.
    ///
    /// - Throws: `Problem` where the folder exists and cannot be read: cases would be missing without notice.
    public static func names(in folder: URL) throws -> [String] {
        guard let stream = opendir(folder.path) else {
            guard errno == ENOENT || errno == ENOTDIR else { throw Problem(folder, doing: "read", errno: errno) }
            return []
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw Problem(folder, doing: "read", errno: errno) }
        return names.sorted()
    }

    /// The folders directly in `folder`.
    package static func folders(in folder: URL) throws -> [URL] {
        try names(in: folder).map { folder.appendingPathComponent($0, isDirectory: true) }.filter { node($0) != nil }
    }

    /// `folder` and the folders below it. One that a link leads back to is listed once.
    package static func tree(_ folder: URL) throws -> [URL] {
        var visited: Set<Node> = []
        func visit(_ folder: URL) throws -> [URL] {
            guard let node = node(folder), visited.insert(node).inserted else { return [] }
            return try [folder] + folders(in: folder).flatMap(visit)
        }
        return try visit(folder)
    }

    /// All files below `folder`; those of a folder that a link leads back to are listed once.
    package static func files(below folder: URL) throws -> [URL] {
        var visited: Set<Node> = []
        func visit(_ folder: URL) throws -> [URL] {
            guard let node = node(folder), visited.insert(node).inserted else { return [] }
            return try names(in: folder).flatMap { name -> [URL] in
                let url = folder.appendingPathComponent(name)
                return self.node(url) == nil ? [url] : try visit(url)
            }
        }
        return try visit(folder)
    }

    private struct Node: Hashable {
        let device: UInt
        let number: UInt
    }

    /// What identifies a folder; nil of anything else.
    private static func node(_ url: URL) -> Node? {
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
        return Node(device: UInt(status.st_dev), number: UInt(status.st_ino))
    }
}
