import Core
import Foundation
import Pickle
import Preprocessing
import Support

/// The `preprocessed/` folder of a task of the Python original: our JSON for its pickles; its arrays are used as they are.
public struct OriginalData: Sendable {
    /// `preprocessed/` of the original.
    public let source: URL
    /// Where the JSON goes: `source` itself, or another folder, into which the arrays are linked (copied where that is not possible).
    public let target: URL

    public init(source: URL, target: URL? = nil) {
        self.source = source
        self.target = target ?? source
    }

    /// What was found and made.
    public struct Summary: Sendable, Equatable {
        /// Names of the plans.
        public var plans: [String] = []
        public var cases = 0
        /// Files that were made; the others were there already.
        public var made = 0
        /// What is wrong with pickles that are neither splits nor plans with a folder, and were left out because they cannot be read.
        public var unread: [Problem] = []

        public init() {}
    }

    /// Whether there is a pickle of the original in the folder.
    public var isPresent: Bool { get throws { try !pickles(in: source).isEmpty } }

    /// Makes what is missing or was made from another pickle; JSON that was not made from one is left alone.
    ///
    /// - Throws: `Problem` naming the file that cannot be read, or the key that has no counterpart.
    public func convert() throws -> Summary {
        var summary = Summary()
        var record = try OriginalRecord.read(target)
        var unread: [Problem] = []
        for name in try pickles(in: source) {
            let file = source.appendingPathComponent("\(name).pkl")
            let goal = target.appendingPathComponent("\(name).json")
            let isPlan = isFolder(source.appendingPathComponent(name))
            if isPlan { summary.plans.append(name) }
            try record.make(goal, from: file, &summary) {
                let value: PickledValue
                do { value = try Pickle.read(file) } catch let problem as Problem where !isPlan && !name.hasPrefix("splits") {
                    // What the original does not write there is the user's own.
                    unread.append(problem)
                    return false
                }
                guard isPlan || name.hasPrefix("splits") || value["architecture"] != nil else { return false }
                if value["architecture"] != nil {
                    try JSONFile.write(OriginalPlan(file).plan, to: goal)
                } else if try value.elements() != nil {
                    try JSONFile.write(OriginalSplits.read(file), to: goal)
                } else {
                    return false
                }
                return true
            }
        }
        let properties = source.appendingPathComponent("properties/dataset_properties.pkl")
        if FileManager.default.fileExists(atPath: properties.path) {
            let goal = target.appendingPathComponent("properties/dataset_properties.json")
            try record.make(goal, from: properties, &summary) {
                try JSONFile.write(OriginalFingerprint.read(properties), to: goal)
                return true
            }
        }
        summary.unread = unread
        try record.write(target)
        for plan in summary.plans {
            for images in ["imagesTr", "imagesTs"] { try convertCases("\(plan)/\(images)", &summary) }
            try linkLabels("\(plan)/labelsTr")
        }
        for labels in ["labelsTr", "labelsTs"] { try linkLabels(labels) }
        return summary
    }

    /// Names of the pickles in `folder`, without their ending.
    private func pickles(in folder: URL) throws -> [String] {
        try FolderContents.names(in: folder).filter { $0.hasSuffix(".pkl") }.map { String($0.dropLast(4)) }
    }

    private func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func convertCases(_ path: String, _ summary: inout Summary) throws {
        let (from, to) = (source.appendingPathComponent(path), target.appendingPathComponent(path))
        let ids = try Set(FolderContents.names(in: from)).filter { $0.hasSuffix(".npz") && !$0.hasSuffix("_gt.npz") }.map {
            String($0.dropLast(4))
        }
        .sorted()
        .filter { FileManager.default.fileExists(atPath: OriginalCase.propertiesFile($0, in: from).path) }
        let made = try parallelMap(ids.count) { try convertCase(ids[$0], from, to) }
        summary.cases += ids.count
        summary.made += made.count { $0 }
    }

    /// Returns whether there was anything to do.
    private func convertCase(_ id: String, _ from: URL, _ to: URL) throws -> Bool {
        try link("\(id).npz", from, to)
        let goal = PreparedCase.propertiesFile(id, in: to)
        let key = try key(of: id, in: from)
        if let present: CaseProperties = try? JSONFile.read(from: goal) {
            // Properties with another kind of key come from our own preprocessing.
            if present.contentKey == key || present.contentKey?.hasPrefix(Self.keyPrefix) == false { return false }
        }
        let original = try OriginalCase(id, in: from)
        var properties = original.properties
        properties.contentKey = key
        if let candidates = original.candidates { try JSONFile.write(candidates, to: Candidates.file(id, in: to)) }
        try JSONFile.write(properties, to: goal)
        return true
    }

    private static let keyPrefix = "original-"

    /// Of the pickles and, by its checksums, of the archive.
    private func key(of id: String, in folder: URL) throws -> String {
        var key = ContentKey()
        key.add("original 1")
        for file in [OriginalCase.propertiesFile(id, in: folder), OriginalCase.candidatesFile(id, in: folder)]
        where FileManager.default.fileExists(atPath: file.path) {
            try key.add(file: file)
        }
        let archive = folder.appendingPathComponent("\(id).npz")
        for entry in try ZipArchive.entries(of: Data.file(archive), named: archive.path) {
            key.add(entry.name)
            key.add(Int(entry.crc))
        }
        return Self.keyPrefix + key.text
    }

    private func linkLabels(_ path: String) throws {
        let (from, to) = (source.appendingPathComponent(path), target.appendingPathComponent(path))
        for name in try FolderContents.names(in: from) where name.hasSuffix("_gt.npz") { try link(name, from, to) }
    }

    /// The same file at another place: nothing here changes arrays in their place.
    private func link(_ name: String, _ from: URL, _ to: URL) throws {
        let (file, goal) = (from.appendingPathComponent(name), to.appendingPathComponent(name))
        guard file.standardizedFileURL != goal.standardizedFileURL else { return }
        if Self.node(file) == Self.node(goal) { return }
        // A copy, where links are not possible.
        if FileManager.default.fileExists(atPath: goal.path), try FileSeal(file).key == FileSeal(goal).key { return }
        try AtomicFile.createFolder(to)
        try AtomicFile.write(to: goal) { temporary in
            unlink(temporary.path)
            guard Foundation.link(file.path, temporary.path) != 0 else { return }
            do { try FileManager.default.copyItem(at: file, to: temporary) } catch {
                throw Problem(goal, "cannot be copied from \(file.path)", remedy: "check the permissions and the space left")
            }
        }
    }
}

extension OriginalData {
    /// Device and number of a file; nil where there is none.
    private static func node(_ url: URL) -> [UInt]? {
        var status = stat()
        guard stat(url.path, &status) == 0 else { return nil }
        return [UInt(status.st_dev), UInt(status.st_ino)]
    }
}

/// Which JSON was made from which pickle: `imported.json` beside the plans.
struct OriginalRecord: Codable {
    private var formatVersion = 1
    /// Key of the pickle by the name of the JSON.
    private var keys: [String: String] = [:]

    enum CodingKeys: String, CodingKey {
        case keys
        case formatVersion = "format_version"
    }

    private static func file(_ folder: URL) -> URL { folder.appendingPathComponent("imported.json") }

    /// - Throws: `Problem` where the record is damaged: pickles that change would not be imported again.
    static func read(_ folder: URL) throws -> OriginalRecord {
        try JSONFile.readIfPresent(from: file(folder), remedy: "remove it and the JSON beside it that was made from pickles")
            ?? OriginalRecord()
    }

    func write(_ folder: URL) throws {
        if let present: OriginalRecord = try? JSONFile.read(from: Self.file(folder)), present.keys == keys { return }
        try JSONFile.write(self, to: Self.file(folder))
    }

    /// Calls `body`, which says whether it made something, where `goal` is missing, or was made from another content of `pickle`.
    mutating func make(_ goal: URL, from pickle: URL, _ summary: inout OriginalData.Summary, _ body: () throws -> Bool) throws {
        var key = ContentKey()
        try key.add(file: pickle)
        let name = goal.lastPathComponent
        if FileManager.default.fileExists(atPath: goal.path), keys[name] == nil || keys[name] == key.text { return }
        guard try body() else { return }
        keys[name] = key.text
        summary.made += 1
    }
}
