import CTorchABI

extension Tensor {
    /// Whether operations on the tensor are recorded for `backward`.
    public var requiresGrad: Bool { library.api.requires_grad(reference) }

    /// Makes a leaf record operations from now on.
    @discardableResult
    public func requireGrad(_ value: Bool = true) throws -> Tensor {
        try library.check(library.api.set_requires_grad(reference, value), "requires_grad")
        return self
    }

    /// The gradient that `backward` left in this leaf, if any.
    public func grad() throws -> Tensor? {
        var result: ctorch_tensor?
        try library.check(library.api.grad(reference, &result), "grad")
        return try result.map { try Tensor(owning: $0, from: "grad") }
    }

    /// Replaces or removes the gradient.
    public func setGrad(_ grad: Tensor?) throws { try library.check(library.api.set_grad(reference, grad?.reference), "grad") }

    /// Points this leaf at the storage of `data` (another device or dtype), keeping its identity for optimisers.
    public func setData(_ data: Tensor) throws { try library.check(library.api.set_data(reference, data.reference), "set_data") }

    /// Computes gradients of the leaves; `gradient` is needed where the tensor is not a scalar.
    public func backward(gradient: Tensor? = nil, retainingGraph: Bool = false) throws {
        try library.check(library.api.backward(reference, gradient?.reference, retainingGraph), "backward")
    }

    /// The same elements, not recorded.
    public func detached() throws -> Tensor { try Operator.detach(.tensor(self)) }
}

/// Runs `body` without recording operations. Synchronous: the mode belongs to the thread.
public func withoutGrad<Result>(_ body: () throws -> Result) throws -> Result {
    let api = try TorchLibrary.get().api
    let before = api.grad_enabled()
    api.set_grad_enabled(false)
    defer { api.set_grad_enabled(before) }
    return try body()
}

/// Runs `body` with matrix products and convolutions on `device` in `dtype` (nil: as they come). Synchronous: the mode belongs to the thread.
public func withAutocast<Result>(_ device: Device, _ dtype: DType?, _ body: () throws -> Result) throws -> Result {
    let library = try TorchLibrary.get()
    let kind = device.type.rawValue
    let before = (library.api.autocast_enabled(kind), library.api.autocast_dtype(kind))
    try library.check(library.api.set_autocast(kind, dtype != nil, dtype?.rawValue ?? before.1), "autocast")
    defer {
        _ = library.api.set_autocast(kind, before.0, before.1)
    }
    return try body()
}
