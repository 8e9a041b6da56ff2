import Foundation
import Imaging
import Support

/// What `dataset.yaml`, `dataset.yml` or `dataset.json` says of a task (spec 01).
public struct DatasetInfo: Sendable, Equatable {
    /// Full task name, e.g. `Task100_Lung`.
    public var task: String
    /// Dimensions of the images, 2 or 3.
    public var dim: Int
    /// Names of the foreground classes by class id.
    public var labels: [String]
    /// Names of the modalities by index; `CT` and `CT2` choose the normalisation.
    public var modalities: [String]
    public var name: String?
    /// Class of the evaluation per patient.
    public var targetClass: Int?
    /// Whether `labelsTs` holds labels of the test images.
    public var testLabels: Bool
    /// Names of further semantic classes; the first has id 1.
    public var stuffLabels: [String]
    /// Semantic values that become stuff, or classes of instances, when semantic labels are converted.
    public var convertedStuff: [Int]
    public var convertedThings: [Int]
    /// Smallest extent (mm) and volume (voxels) of a converted object.
    public var minSize: Double
    public var minVolume: Double
    public var description: String?
    public var reference: String?
    public var licence: String?
    public var release: String?
    /// What is stated about images whose files lack it or contradict themselves.
    public var reading = ReadingPolicy.strict

    public init(
        task: String, dim: Int = 3, labels: [String], modalities: [String], name: String? = nil, targetClass: Int? = nil,
        testLabels: Bool = false
    ) {
        self.task = task
        self.dim = dim
        self.labels = labels
        self.modalities = modalities
        self.name = name
        self.targetClass = targetClass
        self.testLabels = testLabels
        stuffLabels = []
        convertedStuff = []
        convertedThings = []
        minSize = 0
        minVolume = 0
    }

    /// The names the file may have, in the order in which they are looked for.
    public static let fileNames = ["dataset.yaml", "dataset.yml", "dataset.json"]

    /// The description in `taskFolder`, nil where there is none.
    public static func file(in taskFolder: URL) -> URL? {
        fileNames.lazy.map { taskFolder.appendingPathComponent($0) }.first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Reads and checks the description in `taskFolder`.
    ///
    /// - Throws: `Problem` naming the file and the key: no file, a key that is missing or of the wrong type, ids that are not 0, 1, 2, …, 2D.
    public static func read(in taskFolder: URL) throws -> DatasetInfo {
        if let url = file(in: taskFolder) { return try DatasetInfo(Document.read(url), named: url.path) }
        throw Problem(
            taskFolder, "no description of the data set",
            remedy: "write \(fileNames.joined(separator: ", ")) with task, dim, labels, modalities")
    }

    /// Takes the values of a parsed description; problems name `name`.
    public init(_ document: Document, named name: String) throws {
        guard case .map = document else { throw Problem(name, "the top level must be a map of keys") }
        let reader = Reader(document: document, name: name)
        self.init(
            task: try reader.text("task") ?? reader.missing("task"), dim: try reader.integer("dim") ?? reader.missing("dim"),
            labels: try reader.names("labels", from: 0) ?? reader.missing("labels"),
            modalities: try reader.names("modalities", from: 0) ?? reader.missing("modalities"))
        guard !task.isEmpty, !task.contains("/"), !task.hasPrefix(".") else {
            throw Problem(name, "'task' is '\(task)'", remedy: "use a name that a folder can have, e.g. Task100_Lung")
        }
        guard dim == 2 || dim == 3 else { throw Problem(name, "'dim' is \(dim), it must be 2 or 3") }
        guard dim == 3 else { throw Problem(name, "'dim: 2' is not yet supported", remedy: "give 3D images with 'dim: 3'") }
        guard !labels.isEmpty else { throw Problem(name, "'labels' names no class") }
        guard !modalities.isEmpty else { throw Problem(name, "'modalities' names no modality") }
        self.name = try reader.text("name")
        targetClass = try reader.integer("target_class")
        if let targetClass, !labels.indices.contains(targetClass) {
            throw Problem(name, "'target_class' is \(targetClass), the classes are 0 to \(labels.count - 1)")
        }
        testLabels = try reader.bool("test_labels") ?? false
        stuffLabels = try reader.names("labels_stuff", from: 1) ?? []
        // Maps of classes are written in bytes, with 0 for the background.
        guard labels.count + stuffLabels.count <= 255 else {
            throw Problem(name, "'labels' and 'labels_stuff' name \(labels.count + stuffLabels.count) classes, at most 255 are supported")
        }
        convertedStuff = try reader.integers("seg2det_stuff") ?? []
        convertedThings = try reader.integers("seg2det_things") ?? []
        minSize = try reader.size("min_size") ?? 0
        minVolume = try reader.size("min_vol") ?? 0
        description = try reader.text("description")
        reference = try reader.text("reference")
        licence = try reader.text("licence")
        release = try reader.text("release")
        reading = try reader.policy("reading")
    }

    /// The description as `dataset.json` holds it.
    public var document: Document {
        func names(_ list: [String], from first: Int) -> Document {
            .map(Dictionary(uniqueKeysWithValues: list.enumerated().map { (String($0.offset + first), .text($0.element)) }))
        }
        var map: [String: Document] = [
            "task": .text(task), "dim": .integer(dim), "labels": names(labels, from: 0), "modalities": names(modalities, from: 0),
            "target_class": targetClass.map { .integer($0) } ?? .null, "test_labels": .bool(testLabels),
        ]
        if !stuffLabels.isEmpty { map["labels_stuff"] = names(stuffLabels, from: 1) }
        if !convertedStuff.isEmpty { map["seg2det_stuff"] = .list(convertedStuff.map { .integer($0) }) }
        if !convertedThings.isEmpty { map["seg2det_things"] = .list(convertedThings.map { .integer($0) }) }
        if minSize != 0 { map["min_size"] = .number(minSize) }
        if minVolume != 0 { map["min_vol"] = .number(minVolume) }
        for (key, value) in [
            ("name", name), ("description", description), ("reference", reference), ("licence", licence), ("release", release),
        ] {
            if let value { map[key] = .text(value) }
        }
        if reading != .strict { map["reading"] = reading.document }
        return .map(map)
    }
}

/// Typed look-ups in a data set's description.
private struct Reader {
    let document: Document
    let name: String

    func missing<Value>(_ key: String) throws -> Value { throw Problem(name, "key '\(key)' is missing") }

    private func wrong(_ key: String, _ value: Document, _ expected: String) -> Problem {
        Problem(name, "'\(key)' is \(value.kind), it must be \(expected)")
    }

    private func value(_ key: String) -> Document? { document[key].flatMap { $0.isNull ? nil : $0 } }

    func text(_ key: String) throws -> String? {
        switch value(key) {
        case nil: return nil
        case .text(let text): return text
        case .some(let other): throw wrong(key, other, "text")
        }
    }

    func integer(_ key: String) throws -> Int? {
        switch value(key) {
        case nil: return nil
        case .integer(let integer): return integer
        case .some(let other): throw wrong(key, other, "an integer")
        }
    }

    /// A finite number from 0 on.
    func size(_ key: String) throws -> Double? {
        let size: Double
        switch value(key) {
        case nil: return nil
        case .integer(let integer): size = Double(integer)
        case .number(let number): size = number
        case .some(let other): throw wrong(key, other, "a number")
        }
        guard size.isFinite, size >= 0 else { throw Problem(name, "'\(key)' is \(size), it must be a finite number from 0 on") }
        return size
    }

    func bool(_ key: String) throws -> Bool? {
        switch value(key) {
        case nil: return nil
        case .bool(let bool): return bool
        case .some(let other): throw wrong(key, other, "true or false")
        }
    }

    func integers(_ key: String) throws -> [Int]? {
        switch value(key) {
        case nil: return nil
        case .list(let list):
            return try list.map {
                guard case .integer(let integer) = $0 else { throw wrong(key, $0, "a list of integers") }
                return integer
            }
        case .some(let other): throw wrong(key, other, "a list of integers")
        }
    }

    /// `{prefer: sform, assume_spacing: [3, 0.7, 0.7], assume_orientation: LPS}`.
    func policy(_ key: String) throws -> ReadingPolicy {
        guard let value = value(key) else { return .strict }
        guard case .map(let map) = value else { throw wrong(key, value, "a map of prefer, assume_spacing and assume_orientation") }
        var policy = ReadingPolicy.strict
        for (name, entry) in map {
            switch (name, entry) {
            case ("prefer", .text(let text)):
                guard let form = ReadingPolicy.NIfTIForm(rawValue: text) else {
                    throw Problem(self.name, "'\(key).prefer' is '\(text)', it must be qform or sform")
                }
                policy.preferredForm = form
            case ("assume_spacing", .list(let list)):
                let numbers = try list.map { entry in
                    switch entry {
                    case .integer(let integer): Double(integer)
                    case .number(let number): number
                    default: throw wrong("\(key).\(name)", entry, "a list of three numbers")
                    }
                }
                policy.assumedSpacing = try ReadingPolicy.spacing(numbers, named: "\(self.name): \(key).\(name)")
            case ("assume_orientation", .text(let text)):
                policy.assumedOrientation = try ReadingPolicy.orientation(text, named: "\(self.name): \(key).\(name)")
            case ("prefer", _), ("assume_orientation", _): throw Problem(self.name, "'\(key).\(name)' must be text")
            case ("assume_spacing", _): throw Problem(self.name, "'\(key).\(name)' must be a list of three numbers")
            default:
                throw Problem(self.name, "'\(key).\(name)' is unknown", remedy: "the keys are prefer, assume_spacing, assume_orientation")
            }
        }
        return policy
    }

    /// Texts by id, the ids being `first`, `first` + 1, ….
    func names(_ key: String, from first: Int) throws -> [String]? {
        guard let value = value(key) else { return nil }
        guard case .map(let map) = value else { throw wrong(key, value, "a map from \"0\", \"1\", … to names") }
        return try (first..<first + map.count).map { id in
            guard let entry = map[String(id)] else {
                throw Problem(
                    name,
                    "'\(key)' must have the ids \(first) to \(first + map.count - 1) and has \(map.keys.sorted().joined(separator: ", "))")
            }
            guard case .text(let text) = entry else { throw wrong("\(key).\(id)", entry, "text") }
            return text
        }
    }
}

extension ReadingPolicy {
    /// As a description of a data set holds it.
    fileprivate var document: Document {
        var map: [String: Document] = [:]
        if let preferredForm { map["prefer"] = .text(preferredForm.rawValue) }
        if let spacing = assumedSpacing { map["assume_spacing"] = .list([.number(spacing.x), .number(spacing.y), .number(spacing.z)]) }
        if let assumedOrientation { map["assume_orientation"] = .text(assumedOrientation) }
        return .map(map)
    }
}
