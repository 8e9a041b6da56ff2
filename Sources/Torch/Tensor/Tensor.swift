import CTorchABI
import Foundation

/// An n-dimensional array of libtorch, released with its last reference.
///
/// libtorch keeps its modes per thread, therefore tensors are not `Sendable`: one thread per device makes and uses them.
public final class Tensor {
    let reference: ctorch_tensor
    let library: TorchLibrary

    /// Takes ownership of `reference`.
    init(owning reference: ctorch_tensor?, from operation: String) throws {
        library = try TorchLibrary.get()
        guard let reference else { throw TorchError(operation: operation, message: "gave no tensor") }
        self.reference = reference
    }

    deinit { library.api.release(reference) }

    /// Sizes of the axes.
    public var shape: [Int] { (0..<rank).map { Int(library.api.size(reference, Int32($0))) } }
    public var rank: Int { Int(library.api.rank(reference)) }
    public var count: Int { Int(library.api.element_count(reference)) }
    public func size(_ axis: Int) -> Int { Int(library.api.size(reference, Int32(axis < 0 ? axis + rank : axis))) }

    public var dtype: DType { DType(rawValue: library.api.dtype(reference)) ?? .float32 }
    public var device: Device {
        Device(type: Device.Kind(rawValue: library.api.device_type(reference)) ?? .cpu, index: Int(library.api.device_index(reference)))
    }
}

// MARK: Values in and out

extension Tensor {
    /// Copies `values` (C order) into a new tensor on the CPU.
    public static func from<Element: TensorElement>(_ values: [Element], shape: [Int]) throws -> Tensor {
        precondition(values.count == shape.reduce(1, *), "values must fill the shape")
        return try values.withUnsafeBytes { try from(bytes: $0, shape: shape, dtype: Element.dtype) }
    }

    /// Copies `bytes` (C order) into a new tensor on the CPU.
    public static func from(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) throws -> Tensor {
        let library = try TorchLibrary.get()
        guard bytes.count == shape.reduce(dtype.size, *) else {
            throw TorchError(operation: "from bytes", message: "\(bytes.count) bytes do not fill \(shape)")
        }
        var result: ctorch_tensor?
        let sizes = shape.map(Int64.init)
        var nothing: UInt8 = 0
        let status = withUnsafePointer(to: &nothing) { empty in
            library.api.from_bytes(bytes.baseAddress ?? UnsafeRawPointer(empty), sizes, Int32(sizes.count), dtype.rawValue, &result)
        }
        try library.check(status, "from bytes")
        return try Tensor(owning: result, from: "from bytes")
    }

    /// A tensor on the CPU on the memory of `values` (C order), which lives as long as the tensor does; nothing is copied. Not to be written to.
    public static func sharing<Element: TensorElement>(_ values: [Element], shape: [Int]) throws -> Tensor {
        precondition(values.count == shape.reduce(1, *), "values must fill the shape")
        guard !values.isEmpty else { return try from(values, shape: shape) }
        let library = try TorchLibrary.get()
        let sizes = shape.map(Int64.init)
        let owner = Unmanaged.passRetained(ArrayOwner(values))
        var result: ctorch_tensor?
        // The elements of an array stay where they are as long as somebody holds the array and nobody writes to it.
        let status = values.withUnsafeBytes { bytes in
            library.api.on_bytes(
                bytes.baseAddress, sizes, Int32(sizes.count), Element.dtype.rawValue,
                { if let owner = $0 { Unmanaged<AnyObject>.fromOpaque(owner).release() } }, owner.toOpaque(), &result)
        }
        try library.check(status, "sharing")
        return try Tensor(owning: result, from: "sharing")
    }

    /// The elements in C order, converted to `Element` where the dtype differs.
    public func values<Element: TensorElement>(_: Element.Type = Element.self) throws -> [Element] {
        let source = try dtype == Element.dtype ? self : to(Element.dtype)
        return try [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            try library.check(
                library.api.copy_bytes(source.reference, buffer.baseAddress, source.count * MemoryLayout<Element>.stride), "values")
            filled = source.count
        }
    }

    /// The elements' bytes in C order and the tensor's own dtype.
    public func bytes() throws -> Data {
        var data = Data(count: count * dtype.size)
        let capacity = data.count
        let status = data.withUnsafeMutableBytes { (buffer: UnsafeMutableRawBufferPointer) in
            library.api.copy_bytes(reference, buffer.baseAddress, capacity)
        }
        try library.check(status, "bytes")
        return data
    }

    /// The single element.
    public func item() throws -> Double {
        guard count == 1 else { throw TorchError(operation: "item", message: "the tensor has \(count) elements") }
        return try values(Double.self)[0]
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String { "Tensor\(shape) \(dtype) on \(device)" }
}

/// Holds an array for a tensor that lies on its memory.
private final class ArrayOwner<Element> {
    let values: [Element]

    init(_ values: [Element]) { self.values = values }
}
