import Foundation

/// A value of a pickle. Containers are numbers, so that a chain of them is taken down without recursion.
enum PickleItem: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case bytes(Data)
    /// A tuple by its number.
    case tuple(Int)
    /// A container or object by its number.
    case node(Int)
    /// A function or class: its number among the names met.
    case name(Int)
}

/// A container or object of a pickle.
struct PickleNode: Sendable {
    enum Kind: Sendable {
        case list, set
        /// Keys and values in turn.
        case dictionary
        /// NumPy's element type: its code, and its byte order.
        case elementType
        /// NumPy's array: shape, element type, Fortran order, data; nothing before its state is set.
        case array
        /// Torch's storage: name of its class, key, number of elements.
        case storage
        /// Torch's tensor: storage, offset, sizes, strides.
        case tensor
    }

    let kind: Kind
    var items: [PickleItem]
}
