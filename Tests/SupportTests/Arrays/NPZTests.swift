import Foundation
import Support
import TestSupport
import Testing

@Suite struct NPZTests {
    @Test(arguments: [NumPyFiles.stored, NumPyFiles.compressed])
    func whatNumPyWrote(file: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.npz")
            try decoded(file).write(to: url)
            let arrays = try NPZ.read(url)
            #expect(Set(arrays.keys) == ["boxes", "labels", "name_ä"])
            #expect(arrays["boxes"]?.shape == [2, 6] && arrays["boxes"]?.floats() == (0..<12).map { Float($0) })
            #expect(arrays["labels"]?.integers() == [1, 0])
            #expect(try NPZ.read(url, only: ["labels"]).keys.sorted() == ["labels"])
        }
    }

    @Test(arguments: [true, false])
    func roundTrip(compressed: Bool) throws {
        try withTemporaryFolder { folder in
            var random = SeededGenerator(seed: 31)
            let arrays = [
                "noise": NPYArray((0..<70_000).map { _ in Float(random.uniform()) }, shape: [70_000]),
                "zeros": NPYArray([Int32](repeating: 0, count: 100_000), shape: [10, 10_000]), "none": NPYArray([Double](), shape: [0, 3]),
                "größe": NPYArray([Int64(1)], shape: []),
            ]
            let url = folder.appendingPathComponent("deep/er/a.npz")
            try NPZ.write(arrays, to: url, compressed: compressed)
            #expect(try NPZ.read(url) == arrays)
            let first = try Data(contentsOf: url)
            try NPZ.write(arrays, to: url, compressed: compressed)
            #expect(try Data(contentsOf: url) == first)
            #expect((first.count < 500_000) == compressed)
        }
    }

    @Test func damageIsFound() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.npz")
            let whole = try decoded(NumPyFiles.compressed)
            // Cut anywhere, the directory at the end is missing.
            for count in stride(from: 0, to: whole.count, by: 29) {
                try whole.prefix(count).write(to: url)
                #expect(throws: Problem.self) { try NPZ.read(url) }
            }
            // A byte changed: an error or the same arrays (bytes that do not count, like times), never other values or a crash.
            try whole.write(to: url)
            let expected = try NPZ.read(url)
            for position in stride(from: 0, to: whole.count, by: 5) {
                for flip in [0x01, 0xFF] as [UInt8] {
                    var broken = whole
                    broken[position] ^= flip
                    try broken.write(to: url)
                    guard let arrays = try? NPZ.read(url) else { continue }
                    for (name, array) in arrays { #expect(expected[name] == array || expected[name] == nil) }
                }
            }
        }
    }

    /// Each of two entries of the directory is the same file: expanded, they take more than an archive of this size can hold.
    @Test func entriesThatShareBytesAreRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.npz")
            try NPZ.write(["a": NPYArray([UInt8](repeating: 7, count: 5000), shape: [5000])], to: url, compressed: false)
            let data = try Data(contentsOf: url)
            let (end, mark) = (data.suffix(22), Data([0x50, 0x4B, 1, 2]))
            let directory = try #require(data.range(of: mark, options: .backwards)).lowerBound
            let entry = data[directory..<data.count - 22]
            var changed = Data(end)
            for place in [8, 10] { changed.replaceSubrange(place..<place + 2, with: [2, 0]) }
            try (data[..<directory] + entry + entry + changed).write(to: url)
            #expect { try NPZ.read(url) } throws: { "\($0)".contains("its entries overlap") }
        }
    }

    @Test func missingFilesAreNamed() {
        let problem = #expect(throws: Problem.self) { try NPZ.read(URL(fileURLWithPath: "/nowhere/a.npz")) }
        #expect(problem?.description.contains("/nowhere/a.npz") == true)
    }
}
