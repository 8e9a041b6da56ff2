extension Tensor {
    public func sum() throws -> Tensor { try Operator.sum(.tensor(self)) }
    public func sum(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
        try Operator.sumDims(.tensor(self), .ints(axes), .bool(keepingAxes))
    }
    public func mean() throws -> Tensor { try Operator.mean(.tensor(self)) }
    public func mean(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
        try Operator.meanDims(.tensor(self), .ints(axes), .bool(keepingAxes))
    }
    public func max() throws -> Tensor { try Operator.maxAll(.tensor(self)) }
    public func min() throws -> Tensor { try Operator.minAll(.tensor(self)) }

    /// Largest elements along `axis` and their positions.
    public func max(axis: Int) throws -> (values: Tensor, indices: Tensor) {
        let results = try Operator.maxDim.call([.tensor(self), .int(axis)]).tensors
        return (results[0], results[1])
    }

    /// The `count` largest elements of the last axis, falling, and their positions.
    public func top(_ count: Int) throws -> (values: Tensor, indices: Tensor) {
        let results = try Operator.topk.call([.tensor(self), .int(count)]).tensors
        return (results[0], results[1])
    }

    /// Euclidean norm of all elements.
    public func norm() throws -> Tensor { try Operator.norm(.tensor(self), .double(2)) }
}
