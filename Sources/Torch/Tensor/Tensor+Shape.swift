extension Tensor {
    public func reshaped(_ shape: [Int]) throws -> Tensor { try Operator.reshape(.tensor(self), .ints(shape)) }
    public func permuted(_ axes: [Int]) throws -> Tensor { try Operator.permute(.tensor(self), .ints(axes)) }
    public func contiguous() throws -> Tensor { try Operator.contiguous(.tensor(self)) }

    /// The same `[N, C, D, H, W]` with the channels of a voxel side by side in memory, which convolutions keep from one to the next.
    ///
    /// A map with an axis of one or two voxels stays as it is: libtorch 2.11 computes strides over some of them wrongly in that order.
    public func channelsLast() throws -> Tensor {
        guard shape.dropFirst(2).allSatisfy({ $0 > 2 }) else { return self }
        guard size(1) == 1 else { return try Operator.contiguous(.tensor(self), .int(3)) }
        // One channel lies in both orders at once; its step tells which is meant.
        let (rows, columns) = (size(3), size(4))
        let plane = rows * columns
        return try Operator.asStrided(
            .tensor(contiguous()), .ints([size(0), 1, size(2), rows, columns]), .ints([size(2) * plane, 1, plane, columns, 1]))
    }
    public func unsqueezed(_ axis: Int) throws -> Tensor { try Operator.unsqueeze(.tensor(self), .int(axis)) }
    public func squeezed(_ axis: Int) throws -> Tensor { try Operator.squeeze(.tensor(self), .int(axis)) }
    public func expanded(_ shape: [Int]) throws -> Tensor { try Operator.expand(.tensor(self), .ints(shape)) }
    public func flipped(_ axes: [Int]) throws -> Tensor { try Operator.flip(.tensor(self), .ints(axes)) }

    /// `count` slices of `axis` from `start`, sharing memory.
    public func narrowed(axis: Int, start: Int, count: Int) throws -> Tensor {
        try Operator.narrow(.tensor(self), .int(axis), .int(start), .int(count))
    }

    /// Slice `index` of `axis`, without that axis.
    public func selected(axis: Int, _ index: Int) throws -> Tensor { try Operator.select(.tensor(self), .int(axis), .int(index)) }

    /// Slices of `axis` at `indices` (int64 or int32).
    public func gathered(axis: Int, _ indices: Tensor) throws -> Tensor {
        try Operator.indexSelect(.tensor(self), .int(axis), .tensor(indices))
    }

    public static func concatenated(_ tensors: [Tensor], axis: Int) throws -> Tensor { try Operator.cat(.tensors(tensors), .int(axis)) }
    public static func stacked(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor { try Operator.stack(.tensors(tensors), .int(axis)) }

    public func cloned() throws -> Tensor { try Operator.clone(.tensor(self)) }

    /// The tensor as `dtype`; itself where it already is.
    public func to(_ dtype: DType) throws -> Tensor { try self.dtype == dtype ? self : Operator.toDType(.tensor(self), .dtype(dtype)) }

    /// The tensor on `device`; itself where it already is.
    public func to(_ device: Device) throws -> Tensor {
        try self.device == device ? self : Operator.toDevice(.tensor(self), .device(device), .dtype(dtype))
    }
}

extension Tensor {
    /// Sets the slices of axis 0 at `indices` (int64 `[N]`) to `value`, in place.
    public func fill(_ value: Double, at indices: Tensor) throws {
        let filling = try Tensor.full([], value, dtype: dtype, device: device)
        _ = try Operator.indexPut(.tensor(self), .optionalTensors([indices]), .tensor(filling), .bool(false))
    }
}
