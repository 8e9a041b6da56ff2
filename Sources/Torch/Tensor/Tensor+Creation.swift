extension Tensor {
    public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try Operator.zeros(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try Operator.ones(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try Operator.full(.ints(shape), .double(value), .dtype(dtype), .none, .device(device))
    }

    /// Uninitialised memory.
    public static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try Operator.empty(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// Uniform in [0, 1), from libtorch's generator.
    public static func rand(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try Operator.rand(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// Standard normal, from libtorch's generator.
    public static func randn(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try Operator.randn(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// 0, 1, …, count − 1.
    public static func arange(_ count: Int, dtype: DType = .int64, device: Device = .cpu) throws -> Tensor {
        try Operator.arange(.int(count), .dtype(dtype), .none, .device(device))
    }

    /// Fills the tensor uniformly from [lower, upper), in place.
    @discardableResult
    public func fillUniform(_ lower: Double, _ upper: Double) throws -> Tensor {
        try Operator.uniformInPlace(.tensor(self), .double(lower), .double(upper))
    }

    /// Fills the tensor from a normal distribution, in place.
    @discardableResult
    public func fillNormal(mean: Double = 0, std: Double) throws -> Tensor {
        try Operator.normalInPlace(.tensor(self), .double(mean), .double(std))
    }

    /// Fills the tensor with one value, in place.
    @discardableResult
    public func fill(_ value: Double) throws -> Tensor { try Operator.fillInPlace(.tensor(self), .double(value)) }
}
