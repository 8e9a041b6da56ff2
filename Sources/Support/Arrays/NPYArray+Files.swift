import Foundation

extension NPYArray {
    /// Reads an `.npy` file.
    public static func read(_ url: URL) throws -> NPYArray { try NPYArray(npy: Data.file(url), named: url.path) }

    /// Writes an `.npy` file atomically.
    public func write(to url: URL) throws {
        try AtomicFile.write(parts: url) { append in
            try append(npyHeader)
            try append(bytes)
        }
    }

    /// Parses the content of an `.npy` file; Fortran order is brought to C order.
    ///
    /// - Throws: `Problem` when it is not NPY, truncated, big-endian or of an element type that is not numeric.
    public init(npy data: Data, named name: String) throws {
        let header = try NPYHeader(data, named: name)
        let needed = header.shape.reduce(1, *) * header.scalar.size
        guard data.count - header.offset >= needed else {
            throw Problem(name, "truncated: \(data.count - header.offset) of \(needed) bytes of array data")
        }
        let start = data.startIndex + header.offset
        let body = data[start..<start + needed]
        self.init(
            scalar: header.scalar, shape: header.shape,
            bytes: header.fortranOrder ? Self.transposed(body, header.shape, header.scalar.size) : body)
    }

    /// The header of an `.npy` file, format version 1.0, data aligned to 64 bytes.
    var npyHeader: Data { Self.npyHeader(scalar: scalar, shape: shape) }

    /// The header of an `.npy` file for an array whose bytes follow.
    public static func npyHeader(scalar: Scalar, shape: [Int]) -> Data {
        let sizes = shape.map(String.init).joined(separator: ", ")
        var text = "{'descr': '\(scalar.rawValue)', 'fortran_order': False, 'shape': (\(sizes)\(shape.count == 1 ? "," : "")), }"
        let unpadded = 10 + text.utf8.count + 1
        text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
        data.append(contentsOf: [UInt8(text.utf8.count & 0xFF), UInt8(text.utf8.count >> 8)])
        data.append(contentsOf: text.utf8)
        return data
    }

    /// The array of the same shape whose elements lie in Fortran order in this one.
    package func fromFortranOrder() -> NPYArray {
        NPYArray(scalar: scalar, shape: shape, bytes: Self.transposed(bytes, shape, scalar.size))
    }

    private static func transposed(_ body: Data, _ shape: [Int], _ size: Int) -> Data {
        guard shape.count > 1 else { return body }
        let count = shape.reduce(1, *)
        var result = Data(count: count * size)
        var fortranStrides = [Int](repeating: 1, count: shape.count)
        for axis in 1..<shape.count { fortranStrides[axis] = fortranStrides[axis - 1] * shape[axis - 1] }
        result.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
            body.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
                for linear in 0..<count {
                    var rest = linear
                    var position = 0
                    for axis in shape.indices.reversed() {
                        position += rest % shape[axis] * fortranStrides[axis]
                        rest /= shape[axis]
                    }
                    for byte in 0..<size { target[linear * size + byte] = source[position * size + byte] }
                }
            }
        }
        return result
    }
}

/// The header of an `.npy` file.
public struct NPYHeader: Sendable {
    public let scalar: NPYArray.Scalar
    public let shape: [Int]
    public let fortranOrder: Bool
    /// Where the array data begin.
    public let offset: Int

    /// - Throws: `Problem` when `data` does not begin with a header that can be used.
    public init(_ data: some Collection<UInt8>, named name: String) throws {
        let prefix = Array(data.prefix(12))
        guard prefix.count >= 10, prefix[0] == 0x93, Array(prefix[1..<6]) == Array("NUMPY".utf8) else {
            throw Problem(name, "not a NumPy .npy file")
        }
        let long = prefix[6] >= 2
        guard !long || prefix.count == 12 else { throw Problem(name, "truncated header") }
        let length =
            long
            ? Int(prefix[8]) | Int(prefix[9]) << 8 | Int(prefix[10]) << 16 | Int(prefix[11]) << 24
            : Int(prefix[8]) | Int(prefix[9]) << 8
        offset = (long ? 12 : 10) + length
        guard length < 1 << 20, data.count >= offset else { throw Problem(name, "truncated header") }
        let text = NPYHeaderText(data.dropFirst(long ? 12 : 10).prefix(length))

        guard let descr = text.value("descr", from: "'", to: "'") else { throw Problem(name, "header without a plain 'descr'") }
        let normalised = descr.hasPrefix("=") ? "<" + descr.dropFirst() : descr
        guard let scalar = NPYArray.Scalar(rawValue: normalised) else {
            throw Problem(name, "element type \(descr) is not supported", remedy: "save it as a little-endian numeric array")
        }
        guard let sizes = text.value("shape", from: "(", to: ")") else { throw Problem(name, "header without 'shape'") }
        guard let shape = Self.shape(sizes) else {
            throw Problem(name, "header with the shape (\(sizes.prefix(60))), whole numbers of at most \(Self.maximumAxes) axes are needed")
        }
        self.scalar = scalar
        fortranOrder = text.value("fortran_order", begins: "True")
        self.shape = shape
        var product = scalar.size
        for size in shape {
            let (value, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
            guard !overflow else { throw Problem(name, "the shape \(shape) is too large") }
            product = value
        }
    }

    /// As in NumPy.
    private static let maximumAxes = 64

    /// The sizes of a tuple, `3, 4` or `3,`; Python 2 wrote `3L`.
    private static func shape(_ text: String) -> [Int]? {
        var parts = text.split(separator: ",", maxSplits: maximumAxes + 1, omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        if parts.last?.isEmpty == true { parts.removeLast() }
        let sizes = parts.compactMap { part in
            let digits = part.hasSuffix("L") ? part.dropLast() : part[...]
            return digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
        }
        return sizes.count == parts.count && sizes.count <= maximumAxes ? sizes : nil
    }
}

/// The dictionary of a `.npy` header, looked through byte by byte: making a regular expression takes longer than reading a small file.
private struct NPYHeaderText {
    private let bytes: [UInt8]

    init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    /// What stands between `open` and `close` behind `'key':`; nil where it does not begin with `open`.
    func value(_ key: String, from open: Character, to close: Character) -> String? {
        guard let start = start(of: key), start < bytes.count, bytes[start] == open.asciiValue,
            let end = bytes[(start + 1)...].firstIndex(of: close.asciiValue ?? 0)
        else { return nil }
        return String(decoding: bytes[start + 1..<end], as: UTF8.self)
    }

    /// Whether the value of `'key':` begins with `text`.
    func value(_ key: String, begins text: String) -> Bool { start(of: key).map { bytes[$0...].starts(with: text.utf8) } ?? false }

    private func start(of key: String) -> Int? {
        let mark = Array("'\(key)':".utf8)
        guard bytes.count >= mark.count else { return nil }
        for place in 0...bytes.count - mark.count where bytes[place] == mark[0] && bytes[place...].starts(with: mark) {
            var start = place + mark.count
            while start < bytes.count, bytes[start] == 0x20 || (0x09...0x0D).contains(bytes[start]) { start += 1 }
            return start
        }
        return nil
    }
}
