import Foundation
import Support

extension PickledValue {
    /// The elements of a list, tuple, set or flat array of values; nil of anything else.
    ///
    /// - Throws: as `content`.
    public func elements() throws -> [PickledValue]? {
        switch try content() {
        case .list(let values), .tuple(let values), .set(let values): values
        case .values(let values, let shape) where shape.count == 1: values
        default: nil
        }
    }

    /// The numbers of an array as they are, or of a list or tuple of numbers, or a single number (of shape `[]`); nil of anything else.
    ///
    /// Whole numbers become int64, others float64, true and false bool.
    /// - Throws: as `content`.
    public func numbers() throws -> NPYArray? {
        if let number { return number }
        if case .array(let array) = try content() { return array }
        guard let parts = try elements() else { return nil }
        let numbers = parts.compactMap(\.number)
        guard numbers.count == parts.count else { return nil }
        let isWhole = numbers.allSatisfy { $0.scalar == .int64 }
        return isWhole
            ? NPYArray(numbers.flatMap { $0.integers() }.map(Int64.init), shape: [numbers.count])
            : NPYArray(numbers.flatMap { $0.doubles() }, shape: [numbers.count])
    }

    /// A single number; nil of anything else.
    private var number: NPYArray? {
        switch item {
        case .integer(let value): NPYArray([Int64(value)], shape: [])
        case .number(let value): NPYArray([value], shape: [])
        case .bool(let value): NPYArray(scalar: .bool, shape: [], bytes: Data([value ? 1 : 0]))
        default: nil
        }
    }
}
