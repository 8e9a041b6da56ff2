import Foundation
import Pickle
import Support
import TestSupport
import Testing

/// Torch files that say of their tensors what is not so.
@Suite struct HostileTorchTests {
    /// `torch.save` of one tensor: its storage of `claimed` elements at `offset` with `sizes` and `strides`.
    private func file(
        claimed: String = "I4\n", offset: String = "I0\n", sizes: String = "(I2\nI2\nt", strides: String = "(I2\nI1\nt",
        type: String = "FloatStorage",
        stored: Int = 16, compressed: Bool = false, key: String = "0"
    ) throws -> Data {
        let pickle =
            "ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\n\(type)\nS'\(key)'\nS'cpu'\n\(claimed)tQ\(offset)\(sizes)\(strides)I00\nNtR."
        return try withTemporaryFolder { (folder: URL) throws in
            let url = folder.appendingPathComponent("file.pt")
            try ZipArchive.write(
                [
                    ZipArchive.NewEntry(name: "file/data.pkl", head: Data(), body: Data(pickle.utf8)),
                    ZipArchive.NewEntry(name: "file/data/0", head: Data(), body: Data(count: stored)),
                ], to: url, compressed: compressed)
            return try Data(contentsOf: url)
        }
    }

    private func tensor(_ data: Data) throws -> PickledTensor? {
        guard case .tensor(let tensor) = try TorchFile.decode(data, named: "hostile").content() else { return nil }
        return tensor
    }

    @Test func whatFitsIsRead() throws {
        #expect(try tensor(file())?.shape == [2, 2])
        #expect(try tensor(file(offset: "I1\n", sizes: "(I3\nt", strides: "(I1\nt"))?.bytes.count == 12)
        #expect(try tensor(file(offset: "I4\n", sizes: "(I0\nt", strides: "(I1\nt"))?.bytes.isEmpty == true)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let files = [
            try file(claimed: "I5\n"), try file(claimed: "I-1\n"), try file(claimed: "I4611686018427387904\n"), try file(offset: "I1\n"),
            try file(offset: "I-1\n"), try file(sizes: "(I2\nI3\nt"), try file(sizes: "(I4\nt"), try file(strides: "(I3\nI2\nt"),
            try file(strides: "(I-1\nI1\nt"), try file(sizes: "(I2\nI2\nt", strides: "(I9223372036854775807\nI1\nt"),
            // One element as many.
            try file(sizes: "(I1000\nI1000\nt", strides: "(I0\nI0\nt"),
            try file(sizes: "(I4611686018427387904\nI4\nt", strides: "(I0\nI0\nt"),
            try file(type: "ComplexFloatStorage"), try file(key: "1"), try file(stored: 15),
        ]
        for (number, data) in files.enumerated() { #expect(throws: Problem.self, "file \(number)") { try tensor(data) } }
    }

    /// Zeros compress to a thousandth: what is compressed is not read.
    @Test func compressedIsRefused() throws {
        let data = try file(claimed: "I1000000\n", sizes: "(I1000000\nt", strides: "(I1\nt", stored: 4_000_000, compressed: true)
        #expect(data.count < 100_000)
        #expect { try tensor(data) } throws: { "\($0)".contains("compressed") }
    }

    @Test func otherFiles() throws {
        for data in [Data(), Data("PK".utf8), Data("PK\u{3}\u{4}".utf8), Data(count: 1000), Data("not torch".utf8)] {
            #expect(throws: Problem.self) { try TorchFile.decode(data, named: "hostile") }
        }
        // A pickle by itself is none.
        #expect(throws: Problem.self) { try TorchFile.read(Reference.folder.appendingPathComponent("everything_2.pkl")) }
        // And a torch file is no pickle.
        #expect(throws: Problem.self) { try Pickle.read(Reference.folder.appendingPathComponent("zip.pt")) }
    }

    /// In the old format numbers of elements stand before each storage.
    @Test func oldFormat() throws {
        var data = try Data(contentsOf: Reference.folder.appendingPathComponent("legacy.pt"))
        for position in stride(from: data.count - 600, to: data.count, by: 1) where position > 0 {
            var changed = data
            changed[position] = 0xFF
            _ = try? TorchFile.decode(changed, named: "hostile").content()
        }
        data.removeLast(8)
        #expect(throws: Problem.self) { try TorchFile.decode(data, named: "hostile") }
    }
}
