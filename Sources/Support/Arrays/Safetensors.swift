import Foundation

/// The safetensors format: a JSON header, then raw little-endian tensors; nothing runs on load.
public struct Safetensors: Sendable {
    /// A tensor of the file: `dtype` as the format names it (F32, F64, BF16, F16, I64, I32, U8, BOOL), shape, bytes in C order.
    public struct Entry: Sendable, Equatable {
        public let dtype: String
        public let shape: [Int]
        public let bytes: Data

        public init(dtype: String, shape: [Int], bytes: Data) {
            self.dtype = dtype
            self.shape = shape
            self.bytes = bytes
        }
    }

    public var entries: [String: Entry]
    public var metadata: [String: String]

    public init(entries: [String: Entry] = [:], metadata: [String: String] = [:]) {
        self.entries = entries
        self.metadata = metadata
    }

    /// Reads the file at `url`; the tensors refer to its mapped pages.
    ///
    /// - Throws: `Problem` when the file is missing, truncated or its header is not consistent.
    public static func read(_ url: URL) throws -> Safetensors {
        let data = try Data.file(url)
        let broken = Problem(url, "not a complete safetensors file", remedy: "the file may be truncated; make it again")
        guard data.count >= 8 else { throw broken }
        let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(data.count - 8), length < 100 << 20 else { throw broken }
        let base = data.startIndex + 8 + Int(length)
        guard let object = try? JSONSerialization.jsonObject(with: data[data.startIndex + 8..<base]) as? [String: Any] else { throw broken }
        var file = Safetensors()
        for (name, value) in object {
            if name == "__metadata__" {
                guard let metadata = value as? [String: String] else { throw broken }
                file.metadata = metadata
                continue
            }
            guard let record = value as? [String: Any], let dtype = record["dtype"] as? String, let shape = record["shape"] as? [Int],
                let offsets = record["data_offsets"] as? [Int], offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1],
                offsets[1] <= data.endIndex - base, shape.allSatisfy({ $0 >= 0 }),
                let size = elementSize(dtype),
                offsets[1] - offsets[0] == bytes(of: shape, elementSize: size)
            else { throw broken }
            file.entries[name] = Entry(dtype: dtype, shape: shape, bytes: data[base + offsets[0]..<base + offsets[1]])
        }
        return file
    }

    /// Writes the file atomically, tensors sorted by name.
    public func write(to url: URL) throws {
        var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
        var offset = 0
        let sorted = entries.sorted { $0.key < $1.key }
        for (name, entry) in sorted {
            header[name] = ["dtype": entry.dtype, "shape": entry.shape, "data_offsets": [offset, offset + entry.bytes.count]]
            offset += entry.bytes.count
        }
        var json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        var data = Data()
        data.reserveCapacity(8 + json.count + offset)
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(json)
        for (_, entry) in sorted { data.append(entry.bytes) }
        try AtomicFile.write(data, to: url)
    }

    /// Bytes of a tensor, nil where they are more than can be counted.
    private static func bytes(of shape: [Int], elementSize: Int) -> Int? {
        var product = elementSize
        for size in shape {
            let (value, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            product = value
        }
        return product
    }

    /// Bytes of one element of `dtype`, nil where the format does not know it.
    public static func elementSize(_ dtype: String) -> Int? {
        switch dtype {
        case "F64", "I64", "U64": 8
        case "F32", "I32", "U32": 4
        case "F16", "BF16", "I16", "U16": 2
        case "I8", "U8", "BOOL": 1
        default: nil
        }
    }
}
