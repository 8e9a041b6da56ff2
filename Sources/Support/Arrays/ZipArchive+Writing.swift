import Foundation

extension ZipArchive {
    /// What an entry is made of: a short head and a body, which need not lie beside each other.
    package struct NewEntry {
        package let name: String
        package let head: Data
        package let body: Data

        package init(name: String, head: Data, body: Data) {
            self.name = name
            self.head = head
            self.body = body
        }
    }

    /// Writes a zip archive of `entries` atomically; zip64 records are written where a size or offset needs them. With `compressed`, entries are
    /// deflated that get smaller by it.
    ///
    /// One entry at a time is held in memory in compressed form.
    package static func write(_ entries: [NewEntry], to url: URL, compressed: Bool) throws {
        try AtomicFile.write(parts: url) { append in
            var directory = Data()
            var offset = 0
            for entry in entries {
                let deflated = compressed ? try Deflate.deflate(entry.body).map { (head: Deflate.stored(entry.head), body: $0) } : nil
                let parts = deflated ?? (entry.head, entry.body)
                let record = Record(
                    name: entry.name, isDeflated: deflated != nil, crc: Deflate.crc32(entry.body, after: Deflate.crc32(entry.head)),
                    packed: parts.head.count + parts.body.count, size: entry.head.count + entry.body.count, offset: offset)
                let local = record.local
                try append(local)
                try append(parts.head)
                try append(parts.body)
                directory.append(record.central)
                offset += local.count + record.packed
            }
            try append(directory)
            try append(end(of: directory, at: offset, entries: entries.count))
        }
    }

    /// What the archive says of an entry, before it and again at the end.
    private struct Record {
        let name: String
        let isDeflated: Bool
        let crc: UInt32
        let packed: Int
        let size: Int
        let offset: Int

        private var isLarge: Bool { max(packed, size, offset) >= 0xFFFF_FFFF }

        private var extra: Data {
            var extra = Data()
            guard isLarge else { return extra }
            extra.append(u16: 1)
            extra.append(u16: 24)
            for value in [size, packed, offset] { extra.append(u64: value) }
            return extra
        }

        private var fields: Data {
            var data = Data()
            data.append(u16: isLarge ? 45 : 20)
            // The name is UTF-8.
            data.append(u16: 0x0800)
            data.append(u16: isDeflated ? 8 : 0)
            // The first of January 1980: the same arrays give the same bytes.
            data.append(u32: 0x0021_0000)
            data.append(u32: crc)
            data.append(u32: isLarge ? 0xFFFF_FFFF : UInt32(packed))
            data.append(u32: isLarge ? 0xFFFF_FFFF : UInt32(size))
            data.append(u16: UInt16(name.utf8.count))
            data.append(u16: UInt16(extra.count))
            return data
        }

        var local: Data {
            var data = Data()
            data.append(u32: 0x0403_4B50)
            data.append(fields)
            data.append(contentsOf: name.utf8)
            data.append(extra)
            return data
        }

        var central: Data {
            var data = Data()
            data.append(u32: 0x0201_4B50)
            data.append(u16: isLarge ? 45 : 20)
            data.append(fields)
            data.append(Data(count: 10))
            data.append(u32: isLarge ? 0xFFFF_FFFF : UInt32(offset))
            data.append(contentsOf: name.utf8)
            data.append(extra)
            return data
        }
    }

    private static func end(of directory: Data, at start: Int, entries: Int) -> Data {
        var data = Data()
        let isLarge = start >= 0xFFFF_FFFF || entries >= 0xFFFF
        if isLarge {
            data.append(u32: 0x0606_4B50)
            data.append(u64: 44)
            data.append(u16: 45)
            data.append(u16: 45)
            data.append(Data(count: 8))
            for value in [entries, entries, directory.count, start] { data.append(u64: value) }
            data.append(u32: 0x0706_4B50)
            data.append(u32: 0)
            data.append(u64: start + directory.count)
            data.append(u32: 1)
        }
        data.append(u32: 0x0605_4B50)
        data.append(u32: 0)
        data.append(u16: isLarge ? 0xFFFF : UInt16(entries))
        data.append(u16: isLarge ? 0xFFFF : UInt16(entries))
        data.append(u32: isLarge ? 0xFFFF_FFFF : UInt32(directory.count))
        data.append(u32: isLarge ? 0xFFFF_FFFF : UInt32(start))
        data.append(u16: 0)
        return data
    }
}

extension Data {
    fileprivate mutating func append(u16 value: UInt16) { Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) } }
    fileprivate mutating func append(u32 value: UInt32) { Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) } }
    fileprivate mutating func append(u64 value: Int) { Swift.withUnsafeBytes(of: UInt64(value).littleEndian) { append(contentsOf: $0) } }
}
