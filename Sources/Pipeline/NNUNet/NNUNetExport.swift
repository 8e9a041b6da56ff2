import Core
import Foundation
import Imaging
import Interop
import Preprocessing
import Support

/// `nndet nnunet export`: copies a task into the folders that nnU-Net trains from, objects as classes of voxels (spec 11).
public struct NNUNetExport: Sendable {
    /// nil: the one whose environment variable is set.
    public var format: NNUNetFormat?
    /// Names in nnU-Net's folder, by position; empty: those of the tasks.
    public var newTasks: [String] = []
    /// Whether `<case>_stuff` becomes further classes.
    public var stuff = false
    /// Cases at a time.
    public var threads = 6

    public init() {}

    /// Writes `imagesTr`, `imagesTs`, `labelsTr` and `dataset.json` of every task; cases that are there, made of the same files, are kept.
    ///
    /// - Throws: `Problem` naming the task, option or file. Cases exported until then stay.
    public func run(_ tasks: [String], overrides: [String] = [], _ context: CommandContext) throws {
        guard newTasks.isEmpty || newTasks.count == tasks.count else {
            throw Problem("--new_tasks", "names \(newTasks.count) tasks for \(tasks.count)", remedy: "give one name for each task")
        }
        let (format, root) = try target(context.environment.variables)
        let folders = try tasks.map { try TaskSelection.task($0, overrides: overrides, context).0 }
        let names = try folders.indices.map { try format.folderName(newTasks.isEmpty ? folders[$0].name : newTasks[$0]) }
        for (task, name) in zip(folders, names) {
            let folder = root.appendingPathComponent(name, isDirectory: true)
            let context = try context.logging(to: folder.appendingPathComponent("nnunet_export.log"))
            try TaskExport(task: task, folder: folder, format: format, stuff: stuff, threads: threads).run(context)
        }
    }

    /// The version and the folder of its tasks.
    private func target(_ variables: [String: String]) throws -> (NNUNetFormat, URL) {
        func folder(_ format: NNUNetFormat) -> URL? {
            guard let path = variables[Self.variable(format)], !path.isEmpty else { return nil }
            let url = URL(fileURLWithPath: path, isDirectory: true)
            return format == .v1 ? url.appendingPathComponent("nnUNet_raw_data", isDirectory: true) : url
        }
        if let format {
            if let folder = folder(format) { return (format, folder) }
            throw Problem(Self.variable(format), "is not set", remedy: "export it: the folder of nnU-Net's raw data")
        }
        switch (folder(.v1), folder(.v2)) {
        case (let folder?, nil): return (.v1, folder)
        case (nil, let folder?): return (.v2, folder)
        case (nil, nil):
            throw Problem(
                "nnUNet_raw", "is not set, nor is nnUNet_raw_data_base",
                remedy: "export nnUNet_raw (nnU-Net 2) or nnUNet_raw_data_base (nnU-Net 1): the folder of nnU-Net's raw data")
        case (.some, .some): throw Problem("--format", "both nnUNet_raw and nnUNet_raw_data_base are set", remedy: "give v1 or v2")
        }
    }

    private static func variable(_ format: NNUNetFormat) -> String { format == .v1 ? "nnUNet_raw_data_base" : "nnUNet_raw" }
}

/// One task on its way.
private struct TaskExport: Sendable {
    let task: TaskFolder
    let folder: URL
    let format: NNUNetFormat
    let stuff: Bool
    let threads: Int

    func run(_ context: CommandContext) throws {
        let (train, test) = (try task.caseIDs(.train), try task.caseIDs(.test))
        guard !train.isEmpty else { throw Problem(task.images(.train), "holds no images", remedy: "check det_data and the task") }
        if stuff, task.info.stuffLabels.isEmpty {
            throw Problem(
                (DatasetInfo.file(in: task.url) ?? task.url).path, "names no stuff ('labels_stuff')",
                remedy: "leave out --stuff, or name it")
        }
        let description = try format.description(task.info, train: train, test: test, stuff: stuff)
        let items = train.map { (id: $0, split: TaskFolder.Split.train) } + test.map { (id: $0, split: .test) }
        for name in ["imagesTr", "imagesTs", "labelsTr"] { AtomicFile.removeLeftovers(in: folder.appendingPathComponent(name)) }
        let keys = KeyJournal("nndet_export", in: folder)
        try removeStrangers(items, keys)
        let progress = context.progress("export \(task.name)", items.count)
        let gate = MemoryGate()
        let stuffMaps =
            stuff ? Dictionary(try task.labelMaps(.train).map { ($0.stem, $0.file) }, uniquingKeysWith: { first, _ in first }) : [:]
        let done = try CaseLoop.run(items.map(\.id), threads: threads, "exported") { index in
            defer { progress.advance(note: items[index].id) }
            return try export(items[index].id, items[index].split, stuffMaps, keys, gate)
        }
        try JSONFile.write(description, to: folder.appendingPathComponent("dataset.json"))
        let new = done.count { $0 }
        context.log.info(
            "\(task.name): \(train.count) training and \(test.count) test cases for nnU-Net \(format == .v1 ? 1 : 2)"
                + (new < done.count ? ", \(done.count - new) of them there already" : "") + ": \(folder.path)")
    }

    private func place(_ split: TaskFolder.Split, _ kind: String) -> URL {
        folder.appendingPathComponent("\(kind)\(split.rawValue)", isDirectory: true)
    }

    private func image(_ id: String, _ split: TaskFolder.Split, _ modality: Int) -> URL {
        place(split, "images").appendingPathComponent(id + String(format: "_%04d.nii.gz", modality))
    }

    private func label(_ id: String) -> URL { place(.train, "labels").appendingPathComponent("\(id).nii.gz") }

    private func files(_ id: String, _ split: TaskFolder.Split) -> [URL] {
        task.info.modalities.indices.map { image(id, split, $0) } + (split == .train ? [label(id)] : [])
    }

    private func key(_ id: String, _ split: TaskFolder.Split) -> String { "\(split.rawValue)/\(id)" }

    /// Removes cases of an earlier export that the task does not have any more; nnU-Net would train on them.
    private func removeStrangers(_ items: [(id: String, split: TaskFolder.Split)], _ keys: KeyJournal) throws {
        let wanted = Set(items.map { key($0.id, $0.split) })
        for known in keys.ids where !wanted.contains(known) {
            let id = String(known.dropFirst(3))
            guard let split = TaskFolder.Split(rawValue: String(known.prefix(2))), CaseName.isSafe(id) else { continue }
            for file in files(id, split) { unlink(file.path) }
            try keys.note(known, nil)
        }
        let own = Set(items.flatMap { files($0.id, $0.split).map(\.lastPathComponent) })
        for kind in ["imagesTr", "imagesTs", "labelsTr"] {
            let present = folder.appendingPathComponent(kind, isDirectory: true)
            guard let stranger = try FolderContents.names(in: present).first(where: { !own.contains($0) }) else { continue }
            throw Problem(
                present.appendingPathComponent(stranger), "is of no case of \(task.name)",
                remedy: "choose another name with --new_tasks, or remove the folder")
        }
    }

    /// Whether there was something to do.
    private func export(_ id: String, _ split: TaskFolder.Split, _ stuffMaps: [String: URL], _ keys: KeyJournal, _ gate: MemoryGate) throws
        -> Bool
    {
        let images = try task.imageFiles(of: id, split)
        let labels = split == .train ? try labelFiles(id, stuffMaps) : []
        var key = ContentKey()
        key.add("nnunet export 2")
        for file in images + labels { try key.add(file: file) }
        key.add(task.info.labels.count)
        let name = self.key(id, split)
        if keys.holds(name, key.text, files: files(id, split)) { return false }
        try keys.note(name, nil)
        let size = try task.reader.geometry(images[0]).size
        try gate.run(needing: 20 * size.x * size.y * size.z) {
            for (modality, file) in images.enumerated() { try ImageCopy.nifti(file, to: image(id, split, modality), task.reader) }
            if split == .train { try ImageWriter.write(try semantic(id, labels), to: label(id)) }
        }
        try keys.note(name, key.text)
        return true
    }

    /// Map, json, and where asked for the stuff.
    ///
    /// - Parameter stuffMaps: the label maps by their names without endings.
    private func labelFiles(_ id: String, _ stuffMaps: [String: URL]) throws -> [URL] {
        let files = [try task.labelFile(of: id, .train), task.labelJSON(of: id, .train)]
        guard stuff else { return files }
        guard let map = stuffMaps["\(id)_stuff"] else {
            throw Problem(
                task.labels(.train).appendingPathComponent("\(id)_stuff.nii.gz"), "case \(id) has no map of its stuff",
                remedy: "leave out --stuff, or let 'nndet seg2det' make the maps")
        }
        return files + [map]
    }

    /// Class + 1 of each object; stuff, which wins, counts on from the number of classes.
    private func semantic(_ id: String, _ files: [URL]) throws -> Image<UInt8> {
        let map = try task.reader.readLabels(files[0])
        let instances = try CaseLabels.read(files[1]).instances
        if let problem = LabelCheck.problem(map: map.volume, instances: instances, files[0], files[1]) { throw problem }
        let classes = task.info.labels.count
        if let (instance, label) = instances.filter({ !(0..<classes).contains($0.value) }).min(by: { $0.key < $1.key }) {
            throw Problem(files[1], "instance \(instance) has class \(label), the classes are 0 to \(classes - 1)")
        }
        var values: [Int32: UInt8] = [:]
        for (instance, label) in instances {
            if let id = Int32(exactly: instance) { values[id] = UInt8(clamping: label + 1) }
        }
        var last: (id: Int32, value: UInt8) = (0, 0)
        var voxels = map.volume.voxels.map { id -> UInt8 in
            if id != last.id { last = (id, values[id] ?? 0) }
            return last.value
        }
        if files.count > 2 {
            let stuff = try task.reader.readLabels(files[2])
            guard stuff.volume.shape == map.volume.shape else {
                throw Problem(files[2], "is not of the size of \(files[0].lastPathComponent)", remedy: "make the map again")
            }
            for (index, value) in stuff.volume.voxels.enumerated() where value != 0 {
                guard value > 0, value <= task.info.stuffLabels.count else {
                    throw Problem(files[2], "holds the value \(value), 'labels_stuff' names \(task.info.stuffLabels.count)")
                }
                voxels[index] = UInt8(clamping: classes + Int(value))
            }
        }
        return Image(volume: Volume(shape: map.volume.shape, voxels: voxels), geometry: map.geometry)
    }
}
