extension Tensor {
    public static func + (a: Tensor, b: Tensor) throws -> Tensor { try Operator.add(.tensor(a), .tensor(b)) }
    public static func + (a: Tensor, b: Double) throws -> Tensor { try Operator.addScalar(.tensor(a), .double(b)) }
    public static func - (a: Tensor, b: Tensor) throws -> Tensor { try Operator.sub(.tensor(a), .tensor(b)) }
    public static func - (a: Tensor, b: Double) throws -> Tensor { try Operator.subScalar(.tensor(a), .double(b)) }
    public static func - (a: Double, b: Tensor) throws -> Tensor { try Operator.rsubScalar(.tensor(b), .double(a)) }
    public static func * (a: Tensor, b: Tensor) throws -> Tensor { try Operator.mul(.tensor(a), .tensor(b)) }
    public static func * (a: Tensor, b: Double) throws -> Tensor { try Operator.mulScalar(.tensor(a), .double(b)) }
    public static func / (a: Tensor, b: Tensor) throws -> Tensor { try Operator.div(.tensor(a), .tensor(b)) }
    public static func / (a: Tensor, b: Double) throws -> Tensor { try Operator.divScalar(.tensor(a), .double(b)) }
    public static prefix func - (a: Tensor) throws -> Tensor { try Operator.neg(.tensor(a)) }

    public func abs() throws -> Tensor { try Operator.abs(.tensor(self)) }
    public func exp() throws -> Tensor { try Operator.exp(.tensor(self)) }
    public func log() throws -> Tensor { try Operator.log(.tensor(self)) }
    public func sqrt() throws -> Tensor { try Operator.sqrt(.tensor(self)) }
    public func sigmoid() throws -> Tensor { try Operator.sigmoid(.tensor(self)) }
    public func relu() throws -> Tensor { try Operator.relu(.tensor(self)) }
    public func softmax(axis: Int) throws -> Tensor { try Operator.softmax(.tensor(self), .int(axis)) }
    public func logSoftmax(axis: Int) throws -> Tensor { try Operator.logSoftmax(.tensor(self), .int(axis)) }
    public func pow(_ exponent: Double) throws -> Tensor { try Operator.pow(.tensor(self), .double(exponent)) }
    public func clamped(min: Double) throws -> Tensor { try Operator.clampMin(.tensor(self), .double(min)) }
    public func clamped(max: Double) throws -> Tensor { try Operator.clampMax(.tensor(self), .double(max)) }
    public func maximum(_ other: Tensor) throws -> Tensor { try Operator.maximum(.tensor(self), .tensor(other)) }
    public func minimum(_ other: Tensor) throws -> Tensor { try Operator.minimum(.tensor(self), .tensor(other)) }
}

// MARK: In place

extension Tensor {
    /// self += scale · other
    @discardableResult
    public func add(_ other: Tensor, scaledBy scale: Double = 1) throws -> Tensor {
        try Operator.addInPlace(.tensor(self), .tensor(other), .double(scale))
    }

    /// self *= factor
    @discardableResult
    public func scale(by factor: Double) throws -> Tensor { try Operator.mulScalarInPlace(.tensor(self), .double(factor)) }

    /// Copies the elements of `other`, which may differ in dtype and device.
    @discardableResult
    public func copy(from other: Tensor) throws -> Tensor { try Operator.copyInPlace(.tensor(self), .tensor(other)) }

    /// self += weight · (other − self)
    @discardableResult
    public func interpolate(towards other: Tensor, weight: Double) throws -> Tensor {
        try Operator.lerpInPlace(.tensor(self), .tensor(other), .double(weight))
    }

    /// ReLU in place.
    @discardableResult
    public func applyReLU() throws -> Tensor { try Operator.reluInPlace(.tensor(self)) }
}

// MARK: Comparisons

extension Tensor {
    public func isGreater(than value: Double) throws -> Tensor { try Operator.gtScalar(.tensor(self), .double(value)) }
    public func isAtLeast(_ value: Double) throws -> Tensor { try Operator.geScalar(.tensor(self), .double(value)) }
    public func isEqual(to value: Double) throws -> Tensor { try Operator.eqScalar(.tensor(self), .double(value)) }
    /// Elements of `self` where `condition`, else of `other`.
    public func selected(where condition: Tensor, otherwise other: Tensor) throws -> Tensor {
        try Operator.whereSelf(.tensor(condition), .tensor(self), .tensor(other))
    }
    /// Whether no element is NaN or infinite.
    public func isFinite() throws -> Bool { try Operator.all(.tensor(Operator.isfinite(.tensor(self)))).values(UInt8.self)[0] != 0 }
}
