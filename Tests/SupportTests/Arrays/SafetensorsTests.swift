import Foundation
import Support
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    private func file(_ header: String, _ body: Data = Data()) -> Data {
        var data = Data()
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
        return data + Data(header.utf8) + body
    }

    /// The form that the format's description gives.
    @Test func aFileByHand() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.safetensors")
            let header =
                #"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}  "#
            try file(header, Data([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64])).write(to: url)
            let tensors = try Safetensors.read(url)
            #expect(tensors.metadata == ["format": "pt"])
            #expect(tensors.entries["a"].map { Array($0.bytes) } == [3, 0, 0, 0, 0, 0, 0, 0] && tensors.entries["a"]?.shape == [])
            let values = tensors.entries["b"]?.bytes.withUnsafeBytes { bytes in
                (0..<2).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
            }
            #expect(values == [1, 2])
        }
    }

    @Test func roundTrip() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.safetensors")
            let tensors = Safetensors(
                entries: [
                    "model.weight": .init(dtype: "BF16", shape: [3, 2], bytes: Data((0..<12).map { UInt8($0) })),
                    "none": .init(dtype: "F64", shape: [0, 4], bytes: Data()), "flag": .init(dtype: "BOOL", shape: [], bytes: Data([1])),
                ], metadata: ["step": "7"])
            try tensors.write(to: url)
            let back = try Safetensors.read(url)
            #expect(back.metadata == tensors.metadata && Set(back.entries.keys) == Set(tensors.entries.keys))
            for (name, entry) in tensors.entries {
                #expect(back.entries[name]?.dtype == entry.dtype && back.entries[name]?.shape == entry.shape)
                #expect(back.entries[name].map { Array($0.bytes) } == Array(entry.bytes))
            }
            // Tensors begin at multiples of eight, so that they can be used where they lie.
            let length = try Data(contentsOf: url).prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            #expect(length % 8 == 0)
        }
    }

    @Test(arguments: [
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}"#, #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#, #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, #"{"a":{"dtype":"F32","shape":[2]}}"#, #"{"a":7}"#, "[1]", "no json",
        // Two tensors of the same bytes; metadata that are not texts.
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[6,8]}}"#,
        #"{"__metadata__":{"step":7},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        // 2⁶² + 2 elements of four bytes would be 8 bytes if the product were not checked.
        #"{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}"#,
        #"{"__metadata__":{"epoch":3},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    ])
    func inconsistentHeaders(header: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.safetensors")
            try file(header, Data(count: 8)).write(to: url)
            #expect(throws: Problem.self) { try Safetensors.read(url) }
        }
    }

    @Test func cutFiles() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.safetensors")
            let whole = file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, Data(count: 8))
            for count in 0..<whole.count {
                try whole.prefix(count).write(to: url)
                #expect(throws: Problem.self) { try Safetensors.read(url) }
            }
            try (Data(repeating: 0xFF, count: 8) + whole).write(to: url)
            #expect(throws: Problem.self) { try Safetensors.read(url) }
        }
    }
}
