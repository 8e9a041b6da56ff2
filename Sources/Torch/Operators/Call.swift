import CTorchABI

/// What an operator gave back.
struct CallResults {
    fileprivate(set) var tensors: [Tensor] = []
    fileprivate(set) var numbers: [Double] = []
}

extension Operator {
    /// Calls the operator; missing trailing arguments take its defaults.
    func callAsFunction(_ arguments: Argument...) throws -> Tensor {
        let results = try call(arguments).tensors
        guard results.count == 1 else {
            throw TorchError(operation: description, message: "gave \(results.count) tensors, one was expected")
        }
        return results[0]
    }

    /// Calls an operator of several results, or of none.
    func call(_ arguments: [Argument]) throws -> CallResults {
        let library = try TorchLibrary.get()
        let handle = try library.handle(self)
        var values = ArgumentBuffer(arguments)
        let capacity = 256
        return try withUnsafeTemporaryAllocation(of: ctorch_value.self, capacity: capacity) { results in
            var count: Int32 = 0
            let status = values.withValues { pointer, argumentCount in
                library.api.call(handle, pointer, argumentCount, results.baseAddress, Int32(capacity), &count)
            }
            try library.check(status, description)
            var collected = CallResults()
            for index in 0..<Int(count) {
                switch UInt32(bitPattern: results[index].tag) {
                case CTORCH_TENSOR.rawValue: collected.tensors.append(try Tensor(owning: results[index].as.tensor, from: description))
                case CTORCH_INT.rawValue, CTORCH_BOOL.rawValue: collected.numbers.append(Double(results[index].as.integer))
                case CTORCH_DOUBLE.rawValue: collected.numbers.append(results[index].as.number)
                default: break
                }
            }
            return collected
        }
    }
}

/// Arguments laid out as the C interface wants them; keeps the tensors and lists alive during the call.
private struct ArgumentBuffer {
    private var values: [ctorch_value] = []
    private var integers: [Int64] = []
    private var references: [ctorch_tensor?] = []
    /// Where the list of argument i begins in `integers` or `references`.
    private var listStarts: [(value: Int, start: Int, isTensors: Bool)] = []
    private let arguments: [Argument]

    init(_ arguments: [Argument]) {
        self.arguments = arguments
        values.reserveCapacity(arguments.count)
        for argument in arguments { append(argument) }
    }

    private mutating func append(_ argument: Argument) {
        var value = ctorch_value()
        func tag(_ tag: ctorch_tag) { value.tag = Int32(bitPattern: tag.rawValue) }
        switch argument {
        case .none, .optional(nil): tag(CTORCH_NONE)
        case .byDefault: tag(CTORCH_DEFAULT)
        case .tensor(let tensor), .optional(let tensor?):
            tag(CTORCH_TENSOR)
            value.as.tensor = tensor.reference
        case .int(let integer):
            tag(CTORCH_INT)
            value.as.integer = Int64(integer)
        case .dtype(let dtype):
            tag(CTORCH_INT)
            value.as.integer = Int64(dtype.rawValue)
        case .double(let number):
            tag(CTORCH_DOUBLE)
            value.as.number = number
        case .bool(let bool):
            tag(CTORCH_BOOL)
            value.as.integer = bool ? 1 : 0
        case .device(let device):
            tag(CTORCH_DEVICE)
            value.as.integer = Int64(device.type.rawValue)
            value.count = Int32(device.index)
        case .ints(let list):
            tag(CTORCH_INTS)
            value.count = Int32(list.count)
            listStarts.append((values.count, integers.count, false))
            integers += list.map(Int64.init)
        case .tensors(let list):
            tag(CTORCH_TENSORS)
            value.count = Int32(list.count)
            listStarts.append((values.count, references.count, true))
            references += list.map(\.reference)
        case .optionalTensors(let list):
            tag(CTORCH_OPTIONAL_TENSORS)
            value.count = Int32(list.count)
            listStarts.append((values.count, references.count, true))
            references += list.map { $0?.reference }
        }
        values.append(value)
    }

    mutating func withValues(_ body: (UnsafePointer<ctorch_value>?, Int32) -> Int32) -> Int32 {
        withExtendedLifetime(arguments) {
            integers.withUnsafeBufferPointer { integers in
                references.withUnsafeBufferPointer { references in
                    for list in listStarts {
                        if list.isTensors {
                            values[list.value].as.tensors = references.baseAddress.map { $0 + list.start }
                        } else {
                            values[list.value].as.integers = integers.baseAddress.map { $0 + list.start }
                        }
                    }
                    return values.withUnsafeBufferPointer { body($0.baseAddress, Int32($0.count)) }
                }
            }
        }
    }
}

extension Operator {
    /// - Throws: `TorchError` when the opened libtorch lacks the operator.
    package func verify() throws { _ = try TorchLibrary.get().handle(self) }
}
