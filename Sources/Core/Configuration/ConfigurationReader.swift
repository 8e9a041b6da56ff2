import Support

/// Typed look-ups in one map of a resolved configuration; remembers which keys exist.
struct ConfigurationReader {
    /// The keys that have been asked for, over all readers of a configuration.
    final class Known {
        var keys: Set<String> = []
        /// Keys whose content is not looked into.
        var free: Set<String> = []
    }

    let map: [String: Document]
    let path: String
    let known: Known

    init(_ document: Document, known: Known, path: String = "") throws {
        guard case .map(let map) = document else { throw Problem(path, "is \(document.kind), it must be a map of keys") }
        self.map = map
        self.path = path
        self.known = known
    }

    func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The map at `key`; an empty one where it is missing.
    func section(_ key: String) throws -> ConfigurationReader {
        known.keys.insert(name(key))
        return try ConfigurationReader(map[key].flatMap { $0.isNull ? nil : $0 } ?? .map([:]), known: known, path: name(key))
    }

    /// The value of `key` as it stands, which is not looked into.
    func free(_ key: String) -> Document? {
        known.free.insert(name(key))
        return value(key)
    }

    private func value(_ key: String) -> Document? {
        known.keys.insert(name(key))
        return map[key].flatMap { $0.isNull ? nil : $0 }
    }

    private func required<Value>(_ key: String, _ value: Value?) throws -> Value {
        guard let value else { throw Problem(name(key), "has no value") }
        return value
    }

    private func wrong(_ key: String, _ value: Document, _ expected: String) -> Problem {
        Problem(name(key), "is \(value.described), it must be \(expected)")
    }

    func optionalText(_ key: String) throws -> String? {
        switch value(key) {
        case nil: return nil
        case .text(let text): return text
        case .integer(let value): return String(value)
        case .number(let value): return String(value)
        case .some(let other): throw wrong(key, other, "text")
        }
    }

    func text(_ key: String) throws -> String { try required(key, optionalText(key)) }

    /// One of the raw values of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws -> Choice where Choice.RawValue == String {
        let text = try text(key)
        guard let choice = Choice(rawValue: text) else {
            throw Problem(name(key), "is '\(text)', it must be \(Choice.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        return choice
    }

    func optionalInteger(_ key: String, atLeast minimum: Int? = nil, atMost maximum: Int? = nil) throws -> Int? {
        switch value(key) {
        case nil: return nil
        case .integer(let value):
            if let minimum, value < minimum { throw Problem(name(key), "is \(value), it must be at least \(minimum)") }
            if let maximum, value > maximum { throw Problem(name(key), "is \(value), it must be at most \(maximum)") }
            return value
        case .some(let other): throw wrong(key, other, "an integer")
        }
    }

    func integer(_ key: String, atLeast minimum: Int? = nil, atMost maximum: Int? = nil) throws -> Int {
        try required(key, optionalInteger(key, atLeast: minimum, atMost: maximum))
    }

    /// A finite number.
    func optionalNumber(_ key: String) throws -> Double? {
        switch value(key) {
        case nil: return nil
        case .integer(let integer): return Double(integer)
        case .number(let number):
            guard number.isFinite else { throw wrong(key, .number(number), "finite") }
            return number
        case .some(let other): throw wrong(key, other, "a number")
        }
    }

    func number(_ key: String, in range: ClosedRange<Double>? = nil) throws -> Double {
        let value = try required(key, optionalNumber(key))
        if let range, !range.contains(value) {
            throw Problem(name(key), "is \(value), it must lie between \(range.lowerBound) and \(range.upperBound)")
        }
        return value
    }

    func bool(_ key: String) throws -> Bool {
        switch value(key) {
        case .bool(let bool): return bool
        case nil: throw Problem(name(key), "has no value")
        case .some(let other): throw wrong(key, other, "true or false")
        }
    }

    private func list<Element>(_ key: String, _ expected: String, _ element: (Document) -> Element?) throws -> [Element]? {
        switch value(key) {
        case nil: return nil
        case .list(let list):
            return try list.map {
                guard let value = element($0) else {
                    throw Problem(name(key), "is \(Document.list(list).flow.prefix(60)), it must be \(expected)")
                }
                return value
            }
        case .some(let other): throw wrong(key, other, expected)
        }
    }

    func optionalIntegers(_ key: String) throws -> [Int]? { try list(key, "a list of integers", \.integer) }
    func integers(_ key: String) throws -> [Int] { try required(key, optionalIntegers(key)) }
    func optionalNumbers(_ key: String) throws -> [Double]? {
        try list(key, "a list of numbers") { $0.number.flatMap { $0.isFinite ? $0 : nil } }
    }
    func optionalTexts(_ key: String) throws -> [String]? { try list(key, "a list of texts", \.text) }

    /// Lists of numbers, e.g. one per resolution.
    func optionalIntegerLists(_ key: String) throws -> [[Int]]? {
        try list(key, "a list of lists of integers") { entry in
            guard case .list(let values) = entry else { return nil }
            let integers = values.compactMap(\.integer)
            return integers.count == values.count ? integers : nil
        }
    }

    func optionalNumberLists(_ key: String) throws -> [[Double]]? {
        try list(key, "a list of lists of numbers") { entry in
            guard case .list(let values) = entry else { return nil }
            let numbers = values.compactMap(\.number)
            return numbers.count == values.count ? numbers : nil
        }
    }

    /// Lower and upper end of a range of finite numbers, which is part of `bounds`.
    func range(_ key: String, in bounds: ClosedRange<Double>? = nil) throws -> ClosedRange<Double> {
        let values = try required(key, optionalNumbers(key))
        guard values.count == 2, values[0] <= values[1] else {
            throw Problem(name(key), "must be a range [lower, upper] with lower not above upper")
        }
        if let bounds, !(bounds.contains(values[0]) && bounds.contains(values[1])) {
            throw Problem(name(key), "is \(values), it must lie between \(bounds.lowerBound) and \(bounds.upperBound)")
        }
        return values[0]...values[1]
    }
}

extension Document {
    fileprivate var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    fileprivate var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    /// The value and its kind, for messages.
    fileprivate var described: String {
        switch self {
        case .text(let text): "'\(text)'"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .bool(let value): "\(value)"
        default: kind
        }
    }
}
