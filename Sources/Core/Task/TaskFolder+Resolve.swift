import Foundation
import Support

extension TaskFolder {
    /// The task that `id` means below the data root: its full name, its number, or a part that only one task has.
    ///
    /// - Throws: `Problem` when none or several fit, listing them, or when the task's description is wrong.
    public static func resolve(_ id: String, in root: URL) throws -> TaskFolder {
        try TaskFolder(root.appendingPathComponent(resolveName(id, in: root), isDirectory: true))
    }

    /// The full name of the task folder that `id` means below `root` (the data root or the root of the models).
    ///
    /// In this order: the exact name, with or without `Task`; the number (`12` means `Task012_…`, and `Task012FG_…` where there is no
    /// `Task012_…`); the exact name after the number; a part of it. A number alone never means a part of another number.
    ///
    /// - Throws: `Problem` that lists the tasks that fit where there are several, and those that exist where there is none.
    public static func resolveName(_ id: String, in root: URL) throws -> String {
        let tasks = names(in: root).filter { $0.hasPrefix("Task") && isFolder(root.appendingPathComponent($0)) }
        let wanted = id.hasPrefix("Task") ? String(id.dropFirst(4)) : id
        let isNumber = !wanted.isEmpty && wanted.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let candidates = tasks.map { Candidate(name: $0) }
        let rules: [(Candidate) -> Bool] = [
            { $0.name == id || $0.rest == wanted },
            { $0.number == wanted },
            { isNumber && $0.number == $0.digits && Int($0.digits) == Int(wanted) },
            { isNumber && Int($0.digits) == Int(wanted) && !$0.digits.isEmpty },
            { $0.title == wanted },
            { !wanted.isEmpty && (isNumber ? $0.title : $0.rest).contains(wanted) },
        ]
        for rule in rules {
            let fitting = candidates.filter(rule)
            if fitting.count == 1 { return fitting[0].name }
            guard fitting.isEmpty else {
                throw Problem(
                    "task '\(id)'", "means several tasks of \(root.path): \(fitting.map(\.name).joined(separator: ", "))",
                    remedy: "give the full name")
            }
        }
        let existing = tasks.isEmpty ? "there are none" : "there are \(tasks.joined(separator: ", "))"
        throw Problem(
            "task '\(id)'", "no such task in \(root.path); \(existing)", remedy: "give a number, a name or the full name of a task")
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// A folder's name and its parts: `Task012FG_Lung` has the number `012FG` with the digits `012`, and the title `Lung`.
    private struct Candidate {
        let name: String
        let rest: String
        let number: String
        let digits: String
        let title: String

        init(name: String) {
            self.name = name
            rest = String(name.dropFirst(4))
            let parts = rest.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
            number = parts.first.map(String.init) ?? ""
            title = parts.count > 1 ? String(parts[1]) : ""
            digits = String(number.prefix { $0.isASCII && $0.isNumber })
        }
    }
}
