import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// Makes a task of somebody's own images: what `nndet dataset from-masks`, `from-boxes` and `from-slicer` have in common.
public struct OwnDataTask: Sendable {
    /// Full name of the task, `Task100_Lung`.
    public let name: String
    /// Images, folders of images, or DICOM series.
    public let images: [URL]
    public let modalities: [String]
    /// Training or test cases.
    public var split = TaskFolder.Split.train
    /// Cases that nothing is known of have no object, instead of being an error.
    public var missingAsEmpty = false
    /// Where the task is made; nil: the data root.
    public var data: URL?
    /// Cases at a time.
    public var threads = processorCount

    public init(name: String, images: [URL], modalities: [String]) {
        self.name = name
        self.images = images
        self.modalities = modalities
    }

    /// The annotation of one case, as it will be in the task.
    struct Annotation {
        var map: Volume<Int32>
        var classes: [Int: Int]
        var stuff: Volume<Int32>?
        /// What people should know of it, counted over all cases.
        var notes: [String: Int] = [:]
    }

    /// How cases are annotated.
    protocol Source: Sendable {
        /// Names of the classes and of the stuff.
        var classes: [String] { get }
        var stuff: [String] { get }
        /// Names of annotated cases.
        var names: [String] { get }
        /// Whether a case may be annotated under several names.
        var joinsNames: Bool { get }
        /// What the names are of, for messages.
        var origin: String { get }
        /// Counts in everything that the annotation of a case depends on.
        func add(_ names: [String], to key: inout ContentKey) throws
        /// Reads or makes the annotation of a case.
        func annotation(_ names: [String], _ geometry: Geometry, _ reader: ImageReader) throws -> Annotation
    }

    /// Writes `raw_splitted` and `dataset.json`; cases that are there, made of the same files with the same options, are kept.
    ///
    /// - Throws: `Problem` naming the option, file or line. Cases made until then stay.
    func run(_ source: some Source, _ context: CommandContext) throws {
        try checkName()
        let root = data ?? context.environment.dataFolder
        let folder = root.appendingPathComponent(name, isDirectory: true)
        let info = try description(source, in: folder)
        let task = TaskFolder(url: folder, info: info.info).reading(context)
        let cases = try InputCase.find(images, modalities: modalities, option: "--images", ignored: context.log.ignored)
        let annotations = try matched(cases, source)
        let context = try context.logging(to: task.rawSplitted.appendingPathComponent("prepare.log"))
        let keys = KeyJournal("own_data", in: task.rawSplitted)
        for place in [task.images(split), task.labels(split)] { AtomicFile.removeLeftovers(in: place) }
        let progress = context.progress(name, cases.count)
        let gate = MemoryGate()
        let made = try CaseLoop.run(cases.map(\.id), threads: threads, "made") { index in
            defer { progress.advance(note: cases[index].id) }
            return try make(cases[index], annotations[cases[index].id] ?? [], source, in: task, keys, gate)
        }
        if let document = info.document { try JSONFile.write(document, to: folder.appendingPathComponent("dataset.json")) }
        try tell(cases, made, task, context)
    }

    // MARK: Checks

    private func checkName() throws {
        let rest = name.dropFirst(4)
        let number = rest.prefix { $0 != "_" }
        guard name.hasPrefix("Task"), !name.contains("/"), number.first?.isNumber ?? false, rest.count > number.count + 1 else {
            throw Problem("'\(name)'", "is no name of a task", remedy: "use Task<number>_<name>, for example Task100_Lung")
        }
    }

    /// The description of the task, and what `dataset.json` shall hold (nil: the task has another file). One that is there must fit, and what else
    /// it says stays.
    private func description(_ source: some Source, in folder: URL) throws -> (info: DatasetInfo, document: Document?) {
        var info = DatasetInfo(task: name, labels: source.classes, modalities: modalities, testLabels: split == .test)
        info.stuffLabels = source.stuff
        guard let file = DatasetInfo.file(in: folder) else { return (info, info.document) }
        let present = try DatasetInfo.read(in: folder)
        for (what, mine, theirs) in [
            ("classes", source.classes, present.labels), ("modalities", modalities, present.modalities),
            ("stuff", source.stuff, present.stuffLabels),
        ] where mine != theirs {
            throw Problem(
                file, "is of a task with other \(what): \(theirs.isEmpty ? "none" : theirs.joined(separator: ", "))",
                remedy: "give the same, choose another name, or remove the folder")
        }
        guard file.lastPathComponent == "dataset.json" else {
            guard present.testLabels || split == .train else {
                throw Problem(file, "says that there are no labels of test images", remedy: "write test_labels: true")
            }
            return (present, nil)
        }
        let document = try Document.read(file).setting(["test_labels"], to: .bool(present.testLabels || split == .test))
        return (present, document)
    }

    /// The names under which each case is annotated.
    private func matched(_ cases: [InputCase], _ source: some Source) throws -> [String: [String]] {
        let ids = Set(cases.map(\.id))
        var matched: [String: [String]] = [:]
        var strangers: [String] = []
        for name in source.names {
            guard let id = [name, Self.caseName(name, modalities.count)].first(where: ids.contains) else {
                strangers.append(name)
                continue
            }
            if let other = matched[id]?.first, !source.joinsNames {
                throw Problem(source.origin, "'\(other)' and '\(name)' are both of case \(id)", remedy: "remove or rename one of them")
            }
            matched[id, default: []].append(name)
        }
        guard strangers.isEmpty else {
            throw Problem(
                source.origin, "\(strangers.count) of \(source.names.count) names match no image: \(CaseSource.list(strangers.sorted()))",
                remedy: "the images are called \(CaseSource.list(Array(cases.map(\.id).prefix(3))))")
        }
        let bare = cases.map(\.id).filter { matched[$0] == nil }
        guard bare.isEmpty || missingAsEmpty else {
            throw Problem(
                source.origin, "\(bare.count) of \(cases.count) cases have no annotation: \(CaseSource.list(bare))",
                remedy: "add them, or --missing-as-empty where they show no object")
        }
        return matched
    }

    /// A name as people write it in tables: a path, with an ending and the number of a modality.
    static func caseName(_ name: String, _ modalities: Int) -> String {
        let file = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? name
        let stem = ImageFormat.stem(of: file) ?? file
        let digits = stem.suffix(4)
        guard stem.count > 5, stem.dropLast(4).last == "_", let index = Int(digits), index < modalities else { return stem }
        return String(stem.dropLast(5))
    }

    // MARK: Cases

    /// What there is to tell of a case that was made; nil where it was there already.
    private func make(
        _ item: InputCase, _ names: [String], _ source: some Source, in task: TaskFolder, _ keys: KeyJournal, _ gate: MemoryGate
    ) throws -> [String: Int]? {
        let images = item.images.indices.map { task.images(split).appendingPathComponent(item.id + String(format: "_%04d.nii.gz", $0)) }
        let map = task.labels(split).appendingPathComponent("\(item.id).nii.gz")
        let json = task.labelJSON(of: item.id, split)
        var key = ContentKey()
        key.add("own data 2")
        if task.reader.policy != .strict {
            key.add(String(decoding: try JSONFile.encode(task.reader.policy, pretty: false), as: UTF8.self))
        }
        for image in item.images { try add(image, to: &key) }
        for name in source.classes + ["|"] + source.stuff { key.add(name) }
        if !names.isEmpty { try source.add(names, to: &key) }
        let name = "\(split.rawValue)/\(item.id)"
        if keys.holds(name, key.text, files: images + [map, json]) { return nil }
        try keys.note(name, nil)
        for (from, to) in zip(item.images, images) { try ImageCopy.nifti(from, to: to, task.reader) }
        let geometry = try task.reader.geometry(images[0])
        for (other, original) in zip(images, item.images).dropFirst() {
            guard let difference = try task.reader.geometry(other).difference(from: geometry) else { continue }
            throw Problem(
                original, "does not lie on the grid of \(item.images[0].lastPathComponent): \(difference)",
                remedy: "resample the modalities of a case to one grid")
        }
        let notes = try gate.run(needing: 28 * geometry.size.x * geometry.size.y * geometry.size.z) {
            var made = Annotation(map: Volume(shape: geometry.size, filledWith: 0), classes: [:])
            if !names.isEmpty { made = try source.annotation(names, geometry, task.reader) }
            try ImageWriter.write(Image(volume: made.map, geometry: geometry), to: map)
            if let stuff = made.stuff {
                try ImageWriter.write(
                    Image(volume: stuff, geometry: geometry), to: task.labels(split).appendingPathComponent("\(item.id)_stuff.nii.gz"))
            }
            try JSONFile.write(CaseLabels(instances: made.classes), to: json)
            return made.notes
        }
        try keys.note(name, key.text)
        return notes
    }

    /// Counts in an image file, or the files of a folder of slices.
    private func add(_ image: URL, to key: inout ContentKey) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: image.path, isDirectory: &isFolder), isFolder.boolValue else {
            return try key.add(file: image)
        }
        for name in try FolderContents.names(in: image) {
            let file = image.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
            try key.add(file: file)
        }
    }

    private func tell(_ cases: [InputCase], _ made: [[String: Int]?], _ task: TaskFolder, _ context: CommandContext) throws {
        let labels = try cases.map { Array(try CaseLabels.read(task.labelJSON(of: $0.id, split)).instances.values) }
        let all = labels.flatMap { $0 }
        let counts = task.info.labels.enumerated().map { label, name in "\(all.count { $0 == label }) \(name)" }.joined(separator: ", ")
        let unchanged = made.count { $0 == nil }
        let empty = labels.count(where: \.isEmpty)
        context.log.info(
            "\(name): \(cases.count) \(split == .train ? "training" : "test") cases" + (unchanged > 0 ? " (\(unchanged) unchanged)" : "")
                + ", \(all.count) objects: \(counts)" + (empty > 0 ? "; \(empty) cases without objects" : "") + ": \(task.url.path)")
        let notes = made.compactMap { $0 }.reduce(into: [String: Int]()) { $0.merge($1, uniquingKeysWith: +) }
        for (note, count) in notes.sorted(by: { $0.key < $1.key }) where count > 0 { context.log.warning("\(count) \(note)") }
    }
}
