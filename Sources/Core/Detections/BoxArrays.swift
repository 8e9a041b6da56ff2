import Boxes
import Foundation
import Support

/// The arrays of a `.npz` file about boxes, checked while they are taken out.
struct BoxArrays {
    private let url: URL
    private let arrays: [String: NPYArray]

    init(_ url: URL) throws {
        self.url = url
        arrays = try NPZ.read(url)
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
        return (Box.boxes(flat: array.floats(), dimension: width / 2), width / 2)
    }

    /// Class ids, whole numbers from 0.
    func labels(_ key: String, count: Int) throws -> [Int] {
        let labels = try array(key, count: count).integers()
        guard labels.allSatisfy({ $0 >= 0 }) else { throw Problem(url, "'\(key)' has negative class ids") }
        return labels
    }
}
