import Core
import Foundation
import Support

/// `nndet cls2fg`: a copy of a task in which all objects have the one class `fg`.
public struct MergeClasses: Sendable {
    /// Replaces a copy that is there.
    public var overwrite: Bool

    public init(overwrite: Bool = false) { self.overwrite = overwrite }

    /// Makes `Task<number>FG_<name>` beside each of `tasks`.
    ///
    /// - Throws: `Problem` where such a task is there already, or naming the file that cannot be read or written.
    public func run(_ tasks: [String], overrides: [String] = [], _ context: CommandContext) throws {
        for id in tasks {
            let (task, _) = try TaskSelection.task(id, overrides: overrides, context)
            try run(task, context)
        }
    }

    private func run(_ task: TaskFolder, _ context: CommandContext) throws {
        let name = Self.name(for: task.name)
        let folder = task.url.deletingLastPathComponent().appendingPathComponent(name, isDirectory: true)
        let target = TaskFolder(url: folder, info: DatasetInfo(task: name, labels: ["fg"], modalities: task.info.modalities))
        let description = folder.appendingPathComponent("dataset.json")
        if FileManager.default.fileExists(atPath: description.path) {
            guard overwrite else {
                throw Problem(folder, "is there already", remedy: "give --overwrite to make it anew")
            }
            // The description is written last: without it an earlier copy is incomplete.
            try remove(description)
        }
        if overwrite { try remove(target.rawSplitted) }
        let context = try context.logging(to: folder.appendingPathComponent("convert_cls2fg.log"))
        for split in TaskFolder.Split.allCases {
            try copy(task.images(split), to: target.images(split), context)
            try copy(task.labels(split), to: target.labels(split), context) { try Self.merged($0) }
        }
        try JSONFile.write(try Self.description(of: task, named: name), to: description)
        context.log.info("\(task.name): copied with one class to \(name)")
    }

    /// `Task012_Lung` → `Task012FG_Lung`.
    static func name(for name: String) -> String {
        guard let place = name.firstIndex(of: "_") else { return name + "FG" }
        return "\(name[..<place])FG\(name[place...])"
    }

    /// The description with one class; keys that are not known are kept.
    private static func description(of task: TaskFolder, named name: String) throws -> Document {
        guard let file = DatasetInfo.file(in: task.url), case .map(var map) = try Document.read(file) else { return task.info.document }
        map["task"] = .text(name)
        map["labels"] = .map(["0": .text("fg")])
        if task.info.targetClass != nil { map["target_class"] = .integer(0) }
        return .map(map)
    }

    /// A label json with class 0 for every instance; other keys stay.
    private static func merged(_ url: URL) throws -> Document {
        _ = try CaseLabels.read(url)
        guard case .map(var map) = try Document.read(url), case .map(let instances)? = map["instances"] else { return .null }
        map["instances"] = .map(instances.mapValues { _ in .integer(0) })
        return .map(map)
    }

    /// Copies the files of a folder that are not there yet; json files as `convert` gives them. A missing folder is no error.
    private func copy(
        _ source: URL, to target: URL, _ context: CommandContext, convert: ((URL) throws -> Document)? = nil
    ) throws {
        guard FileManager.default.fileExists(atPath: source.path) else { return }
        try AtomicFile.createFolder(target)
        AtomicFile.removeLeftovers(in: target)
        let names = try FileManager.default.contentsOfDirectory(atPath: source.path).filter { !$0.hasPrefix(".") }.sorted()
        let progress = context.progress("copy \(source.lastPathComponent)", names.count)
        for name in names {
            let (from, to) = (source.appendingPathComponent(name), target.appendingPathComponent(name))
            defer { progress.advance(note: name) }
            if let convert, name.hasSuffix(".json") {
                try JSONFile.write(try convert(from), to: to)
            } else if !FileManager.default.fileExists(atPath: to.path) {
                try AtomicFile.write(Data.file(from), to: to)
            }
        }
    }

    private func remove(_ url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        do { try FileManager.default.removeItem(at: url) } catch {
            throw Problem(url, "cannot be removed", remedy: "check the permissions")
        }
    }
}
