import Foundation

/// What git knows of a checkout: `git` of `meta.json` (spec 02).
package struct GitState: Codable, Equatable {
    package let hash: String
    package let gitdir: String
    /// Nil where no branch is checked out.
    package let activeBranch: String?

    enum CodingKeys: String, CodingKey {
        case hash, gitdir
        case activeBranch = "active_branch"
    }

    /// Reads the files of git, without git; nil where `url` lies in no checkout.
    package init?(around url: URL) {
        var folder = url.standardizedFileURL
        while folder.path != "/" {
            if let state = Self.state(of: folder.appendingPathComponent(".git")) {
                self = state
                return
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }

    private init(hash: String, gitdir: String, activeBranch: String?) {
        (self.hash, self.gitdir, self.activeBranch) = (hash, gitdir, activeBranch)
    }

    private static func state(of git: URL) -> GitState? {
        // A worktree or submodule has a file that names the folder.
        let named = text(git).flatMap { $0.hasPrefix("gitdir: ") ? String($0.dropFirst(8)) : nil }
        let folder = named.map { URL(fileURLWithPath: $0, relativeTo: git.deletingLastPathComponent()).standardizedFileURL } ?? git
        guard let head = text(folder.appendingPathComponent("HEAD")) else { return nil }
        guard head.hasPrefix("ref: ") else { return GitState(hash: head, gitdir: folder.path, activeBranch: nil) }
        let reference = String(head.dropFirst(5))
        let common = text(folder.appendingPathComponent("commondir")).map {
            URL(fileURLWithPath: $0, relativeTo: folder).standardizedFileURL
        }
        let packed = text((common ?? folder).appendingPathComponent("packed-refs"))?.split(separator: "\n")
            .first { $0.hasSuffix(" \(reference)") }?.prefix { $0 != " " }
        let loose = [folder, common ?? folder].lazy.compactMap { text($0.appendingPathComponent(reference)) }.first
        guard let hash = loose ?? packed.map(String.init) else { return nil }
        return GitState(
            hash: hash, gitdir: folder.path, activeBranch: reference.replacing("refs/heads/", with: "", maxReplacements: 1))
    }

    private static func text(_ url: URL) -> String? {
        (try? String(contentsOf: url, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
