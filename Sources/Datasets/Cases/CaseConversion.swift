import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// Makes the files of a case in the task folder: images, map of objects, classes; and a record of what was made from what.
public struct CaseConversion: Sendable {
    public let task: TaskFolder
    /// Raised when conversion gives other files for the same input.
    private static let revision = 1

    public init(task: TaskFolder) { self.task = task }

    /// Records of converted cases.
    public var records: URL { task.url.appendingPathComponent("prepared", isDirectory: true) }

    private func record(of id: String) -> URL { records.appendingPathComponent("\(id).json") }

    /// What was noted when `item` was converted to `split`; nil where that must be done (again).
    public func current(_ item: DatasetCase, _ split: TaskFolder.Split) throws -> PreparedCase? {
        guard let record: PreparedCase = try? JSONFile.read(from: record(of: item.id)), record.key == (try key(of: item)),
            record.split == split.rawValue, record.files.allSatisfy({ FileManager.default.fileExists(atPath: file($0).path) })
        else { return nil }
        return record
    }

    /// Converts `item`; on failure no file of it is left.
    ///
    /// - Throws: `Problem` naming the file that cannot be used, or cannot be written.
    public func convert(_ item: DatasetCase, _ split: TaskFolder.Split, gate: MemoryGate) throws -> PreparedCase {
        try remove(item.id)
        do {
            let grid = try item.images[0].geometry(task.reader)
            // Images as they are read and written, the map, and what separating its objects takes.
            return try gate.run(needing: 32 * grid.size.x * grid.size.y * grid.size.z) { try write(item, on: grid, split) }
        } catch {
            try remove(item.id)
            throw error
        }
    }

    /// What the headers of a case tell against it.
    public static func problems(of item: DatasetCase, _ reader: ImageReader) -> [Problem] {
        do {
            let grid = try item.images[0].geometry(reader)
            for image in item.images.dropFirst() {
                let other = try image.geometry(reader)
                if !item.resamples { try requireEqual(other, grid, image.url, item.images[0].url) }
            }
            try item.labels.check(grid, reader)
            return []
        } catch {
            return [error as? Problem ?? Problem("case \(item.id)", "\(error)")]
        }
    }

    private func write(_ item: DatasetCase, on grid: Geometry, _ split: TaskFolder.Split) throws -> PreparedCase {
        // First what the case may fail at.
        let objects = try item.labels.objects(on: grid, task.reader)
        var files: [URL] = []
        let notes = try item.notes + Self.farImages(of: item, from: grid, task.reader) + objects.notes
        func add(_ url: URL, _ write: (URL) throws -> Void) throws {
            try write(url)
            files.append(url)
        }
        for (modality, image) in item.images.enumerated() {
            let target = task.images(split).appendingPathComponent(item.id + String(format: "_%04d.nii.gz", modality))
            try add(target) { try Self.write(image, modality, item, on: grid, task.reader, to: $0) }
        }
        let labels = task.labels(split)
        func map(_ volume: Volume<Int32>, _ suffix: String) throws {
            try add(labels.appendingPathComponent("\(item.id)\(suffix).nii.gz")) {
                try ImageWriter.write(Image(volume: volume, geometry: grid), to: $0)
            }
        }
        try map(objects.map, "")
        if let semantic = objects.semantic { try map(semantic, LabelConversion.sourceSuffix) }
        if let stuff = objects.stuff { try map(stuff, LabelConversion.stuffSuffix) }
        try add(task.labelJSON(of: item.id, split)) { json in
            let instances = Dictionary(uniqueKeysWithValues: objects.classes.map { (String($0), Document.integer($1)) })
            try JSONFile.write(Document.map(objects.extra.merging(["instances": .map(instances)]) { $1 }), to: json)
        }
        let record = PreparedCase(
            key: try key(of: item), split: split.rawValue, files: files.map(relative),
            objects: Dictionary(grouping: objects.classes.values, by: \.self)
                .mapValues(\.count), notes: notes)
        try JSONFile.write(record, to: self.record(of: item.id))
        return record
    }

    /// Notes on images of which much lies beside the first one's grid, where it is filled with 0.
    private static func farImages(of item: DatasetCase, from grid: Geometry, _ reader: ImageReader) throws -> [String] {
        guard item.resamples else { return [] }
        return try item.images.dropFirst().compactMap { image in
            let share = try grid.share(within: image.geometry(reader))
            guard share < 0.5 else { return nil }
            let (name, first) = (image.url.lastPathComponent, item.images[0].url.lastPathComponent)
            return "\(name) covers \(Int(100 * share)) % of \(first), the rest of it is 0"
        }
    }

    private static func write(
        _ source: ImageSource, _ modality: Int, _ item: DatasetCase, on grid: Geometry, _ reader: ImageReader, to target: URL
    ) throws {
        if case .file(let url) = source, url.lastPathComponent.hasSuffix(".nii.gz") {
            let decoded = try reader.decode(url)
            reader.noteConstant(decoded, url)
            // Bit for bit, unless the file lacks something or contradicts itself: that shall not get further.
            if decoded.notices.isEmpty, modality == 0 || decoded.image.geometry.isClose(to: grid) {
                return try AtomicFile.write(Data.file(url), to: target)
            }
        }
        var image = try source.read(reader)
        if modality > 0 {
            if item.resamples {
                image = image.resampled(onto: grid)
            } else {
                try requireEqual(image.geometry, grid, source.url, item.images[0].url)
            }
        }
        try ImageWriter.writeCompactly(image, to: target)
    }

    private static func requireEqual(_ geometry: Geometry, _ grid: Geometry, _ url: URL, _ first: URL) throws {
        guard let difference = geometry.difference(from: grid) else { return }
        throw Problem(
            url, "does not lie on the grid of \(first.lastPathComponent): \(difference)",
            remedy: "get both files again, or leave the case out")
    }

    /// Removes all files that were made of a case.
    private func remove(_ id: String) throws {
        let record = record(of: id)
        // What an earlier version or a killed run has left is found by its name.
        let noted = (try? JSONFile.read(PreparedCase.self, from: record))?.ownFiles.map(file) ?? []
        try Self.unlink(record)
        let suffixes = ["", LabelConversion.sourceSuffix, LabelConversion.stuffSuffix]
        for split in TaskFolder.Split.allCases {
            let images = (0..<task.info.modalities.count).map {
                task.images(split).appendingPathComponent(id + String(format: "_%04d.nii.gz", $0))
            }
            let maps = suffixes.map { task.labels(split).appendingPathComponent("\(id)\($0).nii.gz") }
            for url in images + maps + [task.labelJSON(of: id, split)] + noted { try Self.unlink(url) }
        }
    }

    private static func unlink(_ url: URL) throws {
        guard Foundation.unlink(url.path) != 0, errno != ENOENT else { return }
        throw Problem(url, doing: "replace", errno: errno)
    }

    private func relative(_ url: URL) -> String { "\(url.deletingLastPathComponent().lastPathComponent)/\(url.lastPathComponent)" }

    private func file(_ relative: String) -> URL { task.rawSplitted.appendingPathComponent(relative) }

    /// A key of what a case is made from: names, sizes and times of its files, and the settings.
    private func key(of item: DatasetCase) throws -> String {
        var key = ContentKey()
        key.add(Self.revision)
        key.add(item.labels.settings)
        key.add(item.resamples ? 1 : 0)
        key.add(item.notes.joined(separator: "\n"))
        for url in try item.images.flatMap({ try $0.files() }) + item.labels.files {
            var status = stat()
            guard stat(url.path, &status) == 0 else { throw Problem(url, doing: "read", errno: errno) }
            key.add(url.lastPathComponent)
            key.add(Int(status.st_size))
            key.add(Int(status.st_mtim.tv_sec))
            key.add(Int(status.st_mtim.tv_nsec))
        }
        return key.text
    }
}

/// What is kept of a converted case.
public struct PreparedCase: Codable, Sendable, Equatable {
    public var formatVersion = 1
    /// Key of what it was made from.
    public let key: String
    /// `Tr` or `Ts`.
    public let split: String
    /// Its files, below `raw_splitted`.
    public let files: [String]
    /// Objects per class.
    public let objects: [Int: Int]
    public let notes: [String]

    init(key: String, split: String, files: [String], objects: [Int: Int], notes: [String]) {
        self.key = key
        self.split = split
        self.files = files
        self.objects = objects
        self.notes = notes
    }

    /// Those of `files` that are directly in a folder of `raw_splitted`: task folders, with these records, are passed on between people.
    package var ownFiles: [String] {
        files.filter { file in
            let parts = file.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
        }
    }

    enum CodingKeys: String, CodingKey {
        case key, split, files, objects, notes
        case formatVersion = "format_version"
    }
}
