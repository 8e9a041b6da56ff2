import Core
import Foundation
import Imaging
import Pickle
import Preprocessing
import Support

/// A preprocessed case of the Python original: `<case>.pkl` and, of training cases, `<case>_boxes.pkl` (spec 04).
public struct OriginalCase: Sendable {
    public let properties: CaseProperties
    /// nil for test cases.
    public let candidates: Candidates?

    /// Reads case `id` of `folder`.
    ///
    /// - Throws: `Problem` naming the file and key that is missing or cannot be used.
    public init(_ id: String, in folder: URL) throws {
        let file = Self.propertiesFile(id, in: folder)
        properties = try Self.properties(id, OriginalValues(Pickle.read(file), file))
        let boxes = Self.candidatesFile(id, in: folder)
        candidates =
            try FileManager.default.fileExists(atPath: boxes.path) ? Self.candidates(OriginalValues(Pickle.read(boxes), boxes)) : nil
    }

    public static func propertiesFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id).pkl") }
    public static func candidatesFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id)_boxes.pkl") }

    private static func properties(_ id: String, _ values: OriginalValues) throws -> CaseProperties {
        let size = try values.integers("original_size_of_raw_data", count: 3)
        let spacing = try values.numbers("original_spacing", count: 3)
        let origin = try values.numbers("itk_origin", count: 3)
        let crop = try values.pairs("crop_bbox")
        guard crop.count == 3, zip(crop, size).allSatisfy({ $0[0] >= 0 && $0[0] < $0[1] && $0[1] <= $1 }) else {
            throw Problem(values.file, "'crop_bbox' is \(crop), which is no part of an image of \(size) voxels")
        }
        var properties = CaseProperties(
            caseID: id,
            geometry: Geometry(
                size: SIMD3(size), spacing: SIMD3(spacing), origin: SIMD3(origin), direction: try values.numbers("itk_direction", count: 9)),
            cropLower: SIMD3(crop.map { $0[0] }), cropUpper: SIMD3(crop.map { $0[1] }),
            instances: try values.has("instances") ? values.classes("instances") : [:], classes: try values.integers("classes"))
        properties.sizeAfterResampling = SIMD3(try values.integers("size_after_resampling", count: 3))
        properties.spacingAfterResampling = SIMD3(try values.numbers("spacing_after_resampling", count: 3))
        try properties.check(named: values.file.path)
        return properties
    }

    private static func candidates(_ values: OriginalValues) throws -> Candidates {
        let boxes = try values.integers("boxes")
        let candidates = Candidates(
            boxes: stride(from: 0, to: boxes.count - boxes.count % 6, by: 6).map { Array(boxes[$0..<$0 + 6]) },
            instances: try values.integers("instances"), labels: try values.integers("labels"))
        guard boxes.count == 6 * candidates.instances.count, candidates.labels.count == candidates.instances.count else {
            throw Problem(values.file, "'boxes', 'instances' and 'labels' are not of one length")
        }
        return candidates
    }
}

/// Typed look-ups in a pickled dictionary.
struct OriginalValues {
    let value: PickledValue
    let file: URL

    init(_ value: PickledValue, _ file: URL) throws {
        guard case .dictionary = try value.content() else { throw Problem(file, "holds \(value.kind), a dictionary is needed") }
        self.value = value
        self.file = file
    }

    func has(_ key: String) -> Bool { value[key] != nil }

    private func array(_ key: String) throws -> NPYArray {
        guard let value = value[key] else { throw Problem(file, "'\(key)' is missing") }
        guard let array = try value.numbers() else { throw Problem(file, "'\(key)' is \(value.kind), numbers are needed") }
        return array
    }

    func numbers(_ key: String, count: Int) throws -> [Double] { try checked(array(key).doubles(), key, count) }
    func integers(_ key: String, count: Int) throws -> [Int] { try checked(integers(key), key, count) }

    /// Whole numbers of an array of any shape.
    func integers(_ key: String) throws -> [Int] {
        let numbers = try array(key).doubles()
        let whole = numbers.compactMap { Int(exactly: $0) }
        guard whole.count == numbers.count else { throw Problem(file, "'\(key)' holds numbers that are not whole") }
        return whole
    }

    private func checked<Number>(_ numbers: [Number], _ key: String, _ count: Int) throws -> [Number] {
        guard numbers.count == count else { throw Problem(file, "'\(key)' has \(numbers.count) numbers, \(count) are needed") }
        return numbers
    }

    /// Lower and upper end per axis, as pairs or slices.
    func pairs(_ key: String) throws -> [[Int]] {
        guard let parts = try value[key]?.elements() else { throw Problem(file, "'\(key)' is missing") }
        return try parts.map { part in
            let ends = try (part.elements() ?? []).prefix(2).map {
                try $0.numbers()?.exact(Int.self, key: key, of: file) ?? []
            }
            guard ends.count == 2, ends.allSatisfy({ $0.count == 1 }) else {
                throw Problem(file, "'\(key)' holds \(part.kind) that is no range")
            }
            return ends.flatMap { $0 }
        }
    }

    /// Instance id → class id.
    func classes(_ key: String) throws -> [Int: Int] {
        guard let value = value[key], case .dictionary(let entries) = try value.content() else {
            throw Problem(file, "'\(key)' is no dictionary")
        }
        return try entries.reduce(into: [:]) { classes, entry in
            let id: Int? =
                switch try entry.key.content() {
                case .text(let text): Int(text)
                case .integer(let id): id
                default: nil
                }
            guard let id, let label = try entry.value.numbers()?.exact(Int.self, key: key, of: file), label.count == 1,
                label[0] >= 0
            else {
                throw Problem(file, "'\(key)' holds what is no instance with its class")
            }
            classes[id] = label[0]
        }
    }
}
