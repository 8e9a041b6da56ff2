import Foundation

/// JSON on disk: sorted keys, readable, NaN and infinities as strings.
public enum JSONFile {
    /// Decodes the file at `url`.
    ///
    /// - Throws: `Problem` naming the file and the key that is missing, has the wrong type or, in `CheckedContent`, an impossible value.
    public static func read<Value: Decodable>(_ type: Value.Type = Value.self, from url: URL) throws -> Value {
        try decode(type, from: Data.file(url), named: url.path)
    }

    /// Decodes the file at `url`; nil where there is none.
    ///
    /// - Throws: as `read`, where the file exists and is damaged, with `remedy`.
    public static func readIfPresent<Value: Decodable>(
        _ type: Value.Type = Value.self, from url: URL, remedy: String? = nil
    ) throws -> Value? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do { return try read(type, from: url) } catch let problem as Problem {
            throw Problem(problem.subject, problem.problem, remedy: problem.remedy ?? remedy)
        }
    }

    /// Decodes `data`; problems name `name`.
    public static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from data: Data, named name: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let value: Value
        do {
            value = try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            throw Problem(name, describe(error, data))
        }
        try (value as? any CheckedContent)?.check(named: name)
        return value
    }

    /// Encodes `value`.
    public static func encode(_ value: some Encodable, pretty: Bool = true) throws -> Data {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Writes `value` to `url` atomically.
    public static func write(_ value: some Encodable, to url: URL, pretty: Bool = true) throws {
        try AtomicFile.write(encode(value, pretty: pretty), to: url)
    }

    private static func describe(_ error: DecodingError, _ data: Data) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return keys.isEmpty ? "the top level" : "'\(keys.joined(separator: "."))'"
        }
        switch error {
        case .keyNotFound(let key, let context): return "key '\(key.stringValue)' is missing at \(path(context))"
        case .typeMismatch(_, let context): return "wrong type at \(path(context)): \(context.debugDescription)"
        case .valueNotFound(_, let context): return "no value at \(path(context))"
        case .dataCorrupted(let context):
            // Of numbers that do not fit their key Foundation says neither where they stand nor what is wrong.
            if context.codingPath.isEmpty, (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil {
                return "holds a number that does not fit its key, such as a fraction where a whole number is needed"
            }
            return context.codingPath.isEmpty ? "not valid JSON" : "invalid value at \(path(context)): \(context.debugDescription)"
        @unknown default: return "cannot be decoded: \(error)"
        }
    }
}
