import Foundation

/// The part of the zip format that NumPy and torch use: stored and deflated entries, zip64, no encryption.
package enum ZipArchive {
    package struct Entry {
        package let name: String
        let method: UInt16
        package let crc: UInt32
        let compressed: Data
        package let size: Int
        let archive: String

        /// Whether the bytes lie in the archive as they are.
        package var isStored: Bool { method == 0 }

        /// The decompressed bytes, their checksum verified.
        package func content() throws -> Data {
            let data: Data
            switch method {
            case 0: data = compressed
            case 8: data = try Deflate.inflate(compressed, size: size, named: "\(archive)[\(name)]")
            default: throw Problem("\(archive)[\(name)]", "compression method \(method) is not supported")
            }
            guard data.count == size, Deflate.crc32(data) == crc else {
                throw Problem("\(archive)[\(name)]", "corrupt: checksum differs", remedy: "make the file again")
            }
            return data
        }
    }

    /// The entries of the archive in `data`, from its central directory.
    package static func entries(of data: Data, named name: String) throws -> [Entry] {
        let reader = Reader(data)
        let broken = Problem(name, "not a complete zip archive", remedy: "the file may be truncated; make it again")
        let floor = max(0, data.count - 22 - 65_535)
        guard data.count >= 22,
            let end = stride(from: data.count - 22, through: floor, by: -1).first(where: { reader.u32($0) == 0x0605_4B50 })
        else { throw broken }
        var count = Int(reader.u16(end + 10) ?? 0)
        var offset = Int(reader.u32(end + 16) ?? 0)
        if count == 0xFFFF || offset == 0xFFFF_FFFF {
            guard end >= 20, reader.u32(end - 20) == 0x0706_4B50, let record = reader.place(end - 12), let many = reader.u64(record + 32),
                let start = reader.place(record + 48)
            else { throw broken }
            count = many
            offset = start
        }
        var entries: [Entry] = []
        // Entries that share bytes would expand to far more than a file of this size can.
        var left = data.count
        for _ in 0..<count {
            guard reader.u32(offset) == 0x0201_4B50, let method = reader.u16(offset + 10), let crc = reader.u32(offset + 16),
                var packed = reader.u32(offset + 20).map(Int.init), var size = reader.u32(offset + 24).map(Int.init),
                let nameLength = reader.u16(offset + 28).map(Int.init), let extraLength = reader.u16(offset + 30).map(Int.init),
                let commentLength = reader.u16(offset + 32).map(Int.init), var local = reader.u32(offset + 42).map(Int.init),
                let nameBytes = reader.bytes(offset + 46, nameLength)
            else { throw broken }
            var extra = offset + 46 + nameLength
            let extraEnd = extra + extraLength
            while extra + 4 <= extraEnd, let id = reader.u16(extra), let length = reader.u16(extra + 2).map(Int.init) {
                if id == 1 {
                    var field = extra + 4
                    for keyPath in [\Zip64.size, \.packed, \.local] {
                        var values = Zip64(size: size, packed: packed, local: local)
                        guard values[keyPath: keyPath] == 0xFFFF_FFFF else { continue }
                        guard let value = keyPath == \.local ? reader.place(field) : reader.u64(field) else { throw broken }
                        values[keyPath: keyPath] = value
                        (size, packed, local) = (values.size, values.packed, values.local)
                        field += 8
                    }
                }
                extra += 4 + length
            }
            guard reader.u32(local) == 0x0403_4B50, let localName = reader.u16(local + 26).map(Int.init),
                let localExtra = reader.u16(local + 28).map(Int.init),
                let content = reader.bytes(local + 30 + localName + localExtra, packed)
            else { throw broken }
            left -= 30 + packed
            guard left >= 0 else {
                throw Problem(name, "its entries overlap", remedy: "no program writes such archives; do not use the file")
            }
            entries.append(
                Entry(
                    name: String(decoding: nameBytes, as: UTF8.self), method: method, crc: crc, compressed: content, size: size,
                    archive: name))
            offset += 46 + nameLength + extraLength + commentLength
        }
        return entries
    }

    private struct Zip64 { var size: Int, packed: Int, local: Int }

    private struct Reader {
        let data: Data
        init(_ data: Data) { self.data = data }

        func bytes(_ offset: Int, _ count: Int) -> Data? {
            guard offset >= 0, count >= 0, offset <= data.count - count else { return nil }
            return data[data.startIndex + offset..<data.startIndex + offset + count]
        }

        private func integer(_ offset: Int, _ count: Int) -> UInt64? {
            guard offset >= 0, offset <= data.count - count else { return nil }
            var value: UInt64 = 0
            for i in (0..<count).reversed() { value = value << 8 | UInt64(data[data.startIndex + offset + i]) }
            return value
        }

        func u16(_ offset: Int) -> UInt16? { integer(offset, 2).map { UInt16($0) } }
        func u32(_ offset: Int) -> UInt32? { integer(offset, 4).map { UInt32($0) } }
        func u64(_ offset: Int) -> Int? { integer(offset, 8).flatMap { Int(exactly: $0) } }
        /// An offset within the data.
        func place(_ offset: Int) -> Int? { u64(offset).flatMap { $0 <= data.count ? $0 : nil } }
    }
}
