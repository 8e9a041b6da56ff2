import Foundation
import Support

/// Reads what `torch.save` writes, as plain data with tensors: the zip format and the one that came before it (torch 0.4 to 1.5).
public enum TorchFile {
    /// Reads the file at `url`.
    ///
    /// - Throws: `Problem` naming the file and what in it is damaged, refused or too large.
    public static func read(_ url: URL) throws -> PickledValue { try decode(Data.file(url), named: url.path) }

    /// Reads the content of a file; problems name `name`.
    public static func decode(_ data: Data, named name: String) throws -> PickledValue {
        if data.starts(with: [0x50, 0x4B]) { return try decodeZip(data, named: name) }
        if let start = legacyStart(data) { return try decodeLegacy(data, from: start, named: name) }
        throw Problem(
            name, "is not a file of torch.save, or of a torch before 0.4",
            remedy: "load it in Python and save it again with a current torch")
    }

    // MARK: Zip

    private static func decodeZip(_ data: Data, named name: String) throws -> PickledValue {
        let entries = try ZipArchive.entries(of: data, named: name)
        guard let main = entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
            throw Problem(name, "is a zip archive without data.pkl, not a file of torch.save")
        }
        @Sendable func part(_ entry: ZipArchive.Entry) throws -> Data { try content(entry, of: name) }
        let folder = String(main.name.dropLast("data.pkl".count))
        let parts = Dictionary(
            entries.filter { $0.name.hasPrefix(folder) }.map { (String($0.name.dropFirst(folder.count)), $0) }, uniquingKeysWith: { $1 })
        if let order = try parts["byteorder"].map(part), order != Data("little".utf8) {
            throw Problem(name, "was written on a big-endian machine, which is not read")
        }
        let path = "\(name)[\(main.name)]"
        var machine = PickleMachine(try part(main), named: path, isTorch: true, fileSize: data.count)
        let root = try machine.run()
        let storages = TorchStorages { key in try parts["data/\(key)"].map(part) }
        return PickledValue(store: PickleStore(machine.heap, named: path, storages: storages), item: root)
    }

    /// Torch compresses nothing; what is compressed could grow without bound.
    private static func content(_ entry: ZipArchive.Entry, of name: String) throws -> Data {
        guard entry.isStored else { throw Problem("\(name)[\(entry.name)]", "is compressed, which torch.save does not do") }
        return try entry.content()
    }

    // MARK: Before zip

    /// Torch's magic number as a pickle.
    private static let magic: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

    /// Where the pickle after the magic number begins.
    private static func legacyStart(_ data: Data) -> Int? {
        // The protocol comes first, and from protocol 4 on the length of what follows.
        for start in [2, 11] where data.dropFirst(start).starts(with: magic) { return start + magic.count }
        return nil
    }

    /// Four pickles (version, machine, object, keys of the storages), then each storage with its number of elements before it.
    private static func decodeLegacy(_ data: Data, from start: Int, named name: String) throws -> PickledValue {
        var position = start
        for _ in 0..<2 {
            var machine = PickleMachine(data, named: name, from: position)
            _ = try machine.run()
            position = machine.bytes.position
        }
        var machine = PickleMachine(data, named: name, from: position, isTorch: true)
        let root = try machine.run()
        var list = PickleMachine(data, named: name, from: machine.bytes.position)
        let keys = try list.run()
        var rest = list.bytes
        var sizes: [String: Int] = [:]
        for number in 0..<machine.heap.nodes.count {
            guard let storage = TorchStorages.description(machine.node(number), machine.heap) else { continue }
            sizes[storage.key] = storage.elementSize
        }
        var found: [String: Data] = [:]
        for key in list.elements(keys) ?? [] {
            guard case .text(let key) = key, let size = sizes[key] else { throw rest.problem("lists storages that no tensor has") }
            let (bytes, overflow) = try rest.length(8).multipliedReportingOverflow(by: size)
            guard !overflow else { throw rest.problem("has a storage of an impossible size") }
            found[key] = try rest.take(bytes)
        }
        let storages = TorchStorages { [found] key in found[key] }
        return PickledValue(store: PickleStore(machine.heap, named: name, storages: storages), item: root)
    }
}
