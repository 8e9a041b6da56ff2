/// An argument of an operator.
enum Argument {
    case tensor(Tensor)
    /// A tensor or none.
    case optional(Tensor?)
    case int(Int)
    case double(Double)
    case bool(Bool)
    case ints([Int])
    case tensors([Tensor])
    case optionalTensors([Tensor?])
    case dtype(DType)
    case device(Device)
    case none
    /// The operator's own default.
    case byDefault
}
