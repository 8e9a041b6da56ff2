import Foundation
import Support

extension PickleStore {
    /// An array from shape, element type, Fortran order and data.
    func array(_ items: [PickleItem]) throws -> PickledValue.Content {
        guard items.count == 4, let sizes = heap.elements(items[0]), case .node(let typeNumber) = items[1],
            case .bool(let isFortran) = items[2]
        else { throw problem("has an array that cannot be read") }
        let type = try NumPyType(of: nodes[typeNumber], problem)
        let shape = try Self.sizes(sizes, problem)
        let count = shape.reduce(1, *)
        guard !isFortran || shape.count < 2 || type.isNumeric else { throw problem("has an array of texts in Fortran order") }
        guard let size = type.size else {
            guard let listed = heap.elements(items[3]), listed.count == count else {
                throw problem("has an array of objects that cannot be read")
            }
            return .values(listed.map { PickledValue(store: self, item: $0) }, shape: shape)
        }
        guard let data = heap.rawBytes(items[3]), data.count == count * size, size > 0 || count == 0 else {
            throw problem("has an array of \(shape) whose data is of another size")
        }
        let bytes = type.littleEndian(data)
        switch type.kind {
        case .number(let scalar): return .array(Self.ordered(NPYArray(scalar: scalar, shape: shape, bytes: bytes), isFortran))
        case .half:
            let floats = (0..<count).map { NumPyHalf.float(bytes.dropFirst(2 * $0)) }
            return .array(Self.ordered(NPYArray(floats, shape: shape), isFortran))
        case .text, .bytes, .object:
            let texts = try (0..<count).map { index -> PickledValue in
                let start = bytes.startIndex + index * size
                guard let text = type.text(bytes[start..<start + size]) else { throw problem("has text that cannot be read") }
                return PickledValue(store: self, item: .text(text))
            }
            return .values(texts, shape: shape)
        }
    }

    /// C order.
    private static func ordered(_ array: NPYArray, _ isFortran: Bool) -> NPYArray { isFortran ? array.fromFortranOrder() : array }

    /// Sizes of an array, whose product can be counted.
    static func sizes(_ items: [PickleItem], _ problem: (String, String?) -> Problem) throws -> [Int] {
        guard items.count <= 32 else { throw problem("has an array of \(items.count) axes", nil) }
        // An element may have up to 2³² bytes.
        var product = 1 << 32
        return try items.map { item in
            guard case .integer(let size) = item, size >= 0 else { throw problem("has an array of an impossible size", nil) }
            let (value, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
            guard !overflow else { throw problem("has an array that is too large", nil) }
            product = value
            return size
        }
    }
}
