import Boxes
import Foundation
import Imaging
import Pickle
import Support

/// The arrays of a `.npz` file about objects, checked while they are taken out.
struct BoxArrays {
    private let url: URL
    private let arrays: [String: NPYArray]

    /// - Parameter url: `.npz`, or `.pkl` as the original writes it.
    init(_ url: URL) throws {
        self.url = url
        arrays = try url.pathExtension == "pkl" ? Self.pickled(url) : NPZ.read(url)
    }

    /// Everything in a pickled dictionary that is made of numbers.
    private static func pickled(_ url: URL) throws -> [String: NPYArray] {
        guard case .dictionary(let entries) = try Pickle.read(url).content() else {
            throw Problem(url, "holds no dictionary of arrays", remedy: "give files that the Python nnDetection wrote")
        }
        return try entries.reduce(into: [:]) { arrays, entry in
            if case .text(let key) = try entry.key.content() { arrays[key] = try entry.value.numbers() }
        }
    }

    func array(_ key: String, count: Int) throws -> NPYArray {
        guard let array = arrays[key] else { throw Problem(url, "has no array '\(key)'") }
        guard array.count == count else { throw Problem(url, "'\(key)' has \(array.count) elements, \(count) are needed") }
        return array
    }

    /// Boxes of an array `[N, 4]` or `[N, 6]`; an empty array of any shape means none.
    func boxes(_ key: String) throws -> (boxes: [Box], dimension: Int) {
        guard let array = arrays[key] else { throw Problem(url, "has no array '\(key)'") }
        let width = array.shape.last ?? 0
        if array.count == 0 { return ([], width == 4 ? 2 : 3) }
        guard array.shape.count == 2, width == 4 || width == 6 else {
            throw Problem(url, "'\(key)' has shape \(array.shape), [boxes, 6] or [boxes, 4] is needed")
        }
        let numbers = array.floats()
        guard numbers.allSatisfy(\.isFinite) else { throw Problem(url, "'\(key)' holds a value that is no finite number") }
        let boxes = Box.boxes(flat: numbers, dimension: width / 2)
        if let place = boxes.firstIndex(where: { any($0.lower .> $0.upper) }) {
            throw Problem(
                url, "'\(key)' has a box of negative extent (number \(place))", remedy: "boxes are a0 min, a1 min, a0 max, a1 max, …")
        }
        return (boxes, width / 2)
    }

    /// Class ids, whole numbers from 0.
    func labels(_ key: String, count: Int) throws -> [Int] {
        let numbers = try array(key, count: count).doubles()
        guard numbers.allSatisfy({ $0 >= 0 }) else { throw Problem(url, "'\(key)' has negative class ids") }
        guard numbers.allSatisfy({ $0 == $0.rounded() && $0 < 1e9 }) else {
            throw Problem(url, "'\(key)' holds values that are no class ids", remedy: "classes are numbered 0, 1, …")
        }
        return numbers.map { Int($0) }
    }

    /// A map of numbers, `[D, H, W]` or `[1, D, H, W]`.
    func map(_ key: String) throws -> Volume<Int32> {
        guard let array = arrays[key] else { throw Problem(url, "has no array '\(key)'") }
        let shape = array.shape.count == 4 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
        guard shape.count == 3, array.count > 0 else {
            throw Problem(url, "'\(key)' has shape \(array.shape), [D, H, W] is needed")
        }
        return Volume(shape: SIMD3(shape[0], shape[1], shape[2]), voxels: try array.exact(key: key, of: url))
    }

    /// The objects that a mapping `[N, 2]` of ids to classes names.
    func mappingIDs(_ key: String) throws -> [Int] {
        guard let array = arrays[key] else { throw Problem(url, "has no array '\(key)'") }
        guard array.count == 0 || (array.shape.count == 2 && array.shape[1] == 2) else {
            throw Problem(url, "'\(key)' has shape \(array.shape), [objects, 2] is needed")
        }
        let numbers = try array.exact(Int.self, key: key, of: url)
        return stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
    }

    /// Class by object id of a mapping `[N, 2]`; every object of `volume` must be in it.
    func mapping(_ key: String, of volume: Volume<Int32>) throws -> [Int: Int] {
        let ids = try mappingIDs(key)
        let numbers = try arrays[key]?.exact(Int.self, key: key, of: url) ?? []
        let classes = Dictionary(ids.enumerated().map { ($1, numbers[2 * $0 + 1]) }, uniquingKeysWith: { first, _ in first })
        guard classes.count == ids.count, classes.values.allSatisfy({ $0 >= 0 }) else {
            throw Problem(url, "'\(key)' has an object twice or a negative class")
        }
        var last: Int32 = 0
        for id in volume.voxels where id != last {
            last = id
            guard id >= 0, id == 0 || classes[Int(id)] != nil else { throw Problem(url, "object \(id) is not in '\(key)'") }
        }
        return classes
    }
}
