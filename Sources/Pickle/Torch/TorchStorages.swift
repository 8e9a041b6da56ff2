import Foundation
import Support

/// The storages of a torch file: where the elements of its tensors lie.
struct TorchStorages: Sendable {
    /// The bytes of the storage of that key; nil where there is none.
    let bytes: @Sendable (_ key: String) throws -> Data?

    /// Torch's classes of storages, and the element types of their tensors in the words of safetensors.
    private static let types: [String: String] = [
        "torch.FloatStorage": "F32", "torch.DoubleStorage": "F64", "torch.HalfStorage": "F16", "torch.BFloat16Storage": "BF16",
        "torch.LongStorage": "I64", "torch.IntStorage": "I32", "torch.ShortStorage": "I16", "torch.CharStorage": "I8",
        "torch.ByteStorage": "U8", "torch.BoolStorage": "BOOL",
    ]

    /// A storage: its elements' type, key and number.
    struct Description {
        let dtype: String
        let elementSize: Int
        let key: String
        let count: Int
    }

    /// What a storage's node holds, from what torch writes of it: `("storage", class, key, place, number of elements)`, in old files with a view
    /// after it.
    static func items(_ reference: PickleItem, _ heap: PickleHeap, _ problem: (String, String?) -> Problem) throws -> [PickleItem] {
        guard let parts = heap.elements(reference), parts.count == 5 || parts.count == 6, case .text("storage") = parts[0],
            case .name(let type) = parts[1], case .text = parts[2], case .integer = parts[4]
        else { throw problem("refers to data in a way that is not known", nil) }
        if parts.count == 6 {
            guard case .none = parts[5] else { throw problem("has a storage that is part of another, which is not read", nil) }
        }
        guard types[heap.names[type]] != nil else {
            throw problem("has a storage of the class '\(heap.names[type])', which is not read", nil)
        }
        return [parts[1], parts[2], parts[4]]
    }

    /// nil where `node` is no storage.
    static func description(_ node: PickleNode, _ heap: PickleHeap) -> Description? {
        guard node.kind == .storage, case .name(let type) = node.items[0], case .text(let key) = node.items[1],
            case .integer(let count) = node.items[2], count >= 0, let dtype = types[heap.names[type]],
            let size = Safetensors.elementSize(dtype)
        else { return nil }
        return Description(dtype: dtype, elementSize: size, key: key, count: count)
    }

    /// A tensor from storage, offset, sizes and strides.
    func tensor(_ items: [PickleItem], in store: PickleStore) throws -> PickledTensor {
        let broken = store.problem("has a tensor that does not fit its storage")
        guard case .node(let number) = items[0], let storage = Self.description(store.nodes[number], store.heap),
            case .integer(let offset) = items[1], offset >= 0, offset <= storage.count, let sizes = store.heap.elements(items[2]),
            let steps = store.heap.elements(items[3]), sizes.count == steps.count
        else { throw broken }
        let shape = try PickleStore.sizes(sizes, store.problem)
        // Whether strides lead out of the storage is looked at below; their product means nothing.
        let strides = steps.compactMap { step in
            if case .integer(let stride) = step, stride >= 0 { stride } else { Int?.none }
        }
        guard strides.count == shape.count else { throw broken }
        let count = shape.reduce(1, *)
        // No element lies outside, and there are no more of them than in the storage: memory stays that of the file.
        guard count <= storage.count - offset else { throw broken }
        guard let all = try bytes(storage.key) else {
            throw store.problem("refers to the storage '\(storage.key.prefix(40))', which is missing")
        }
        guard all.count / storage.elementSize >= storage.count else { throw broken }
        var last = offset
        for (size, stride) in zip(shape, strides) where count > 0 {
            let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
            guard !overflow, reach <= storage.count, last <= storage.count else { throw broken }
            last += reach
        }
        guard count == 0 || last < storage.count else { throw broken }
        let start = all.startIndex + offset * storage.elementSize
        let bytes =
            Self.isContiguous(shape, strides)
            ? all[start..<start + count * storage.elementSize]
            : Self.gathered(all[start...], shape, strides, count, storage.elementSize)
        return PickledTensor(dtype: storage.dtype, shape: shape, bytes: bytes)
    }

    private static func isContiguous(_ shape: [Int], _ strides: [Int]) -> Bool {
        if shape.contains(0) { return true }
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size > 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }

    /// The elements in C order.
    private static func gathered(_ source: Data, _ shape: [Int], _ strides: [Int], _ count: Int, _ size: Int) -> Data {
        var result = Data(count: count * size)
        result.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
            source.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
                for linear in 0..<count {
                    var (rest, position) = (linear, 0)
                    for axis in shape.indices.reversed() {
                        position += rest % shape[axis] * strides[axis]
                        rest /= shape[axis]
                    }
                    for byte in 0..<size { target[linear * size + byte] = source[position * size + byte] }
                }
            }
        }
        return result
    }
}
