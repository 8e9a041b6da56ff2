import Foundation
import Support
import TestSupport
import Testing

@Suite struct MappedFileTests {
    @Test func bytesOfTheFile() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.bin")
            try AtomicFile.write(Data([1, 2, 3]), to: url)
            let file = try MappedFile(url)
            // The pages stay valid when the file is replaced.
            try AtomicFile.write(Data([9]), to: url)
            #expect(Array(file.bytes) == [1, 2, 3])
            try AtomicFile.write(Data(), to: url)
            #expect(try MappedFile(url).bytes.isEmpty)
            #expect(throws: Problem.self) { try MappedFile(folder.appendingPathComponent("none")) }
            #expect(throws: Problem.self) { try MappedFile(folder) }
        }
    }

    @Test func compressedFilesAreReadThrough() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.gz")
            // What gzip makes of "hello hello hello\n".
            let packed = try #require(Data(base64Encoded: "H4sIAAAAAAACA8tIzcnJV8hAkFwAO3yK3xIAAAA="))
            try packed.write(to: url)
            var content = Data()
            try DecompressedFile.read(url, pieces: 5) { piece in
                content.append(contentsOf: piece)
                return true
            }
            #expect(String(decoding: content, as: UTF8.self) == "hello hello hello\n")
            try packed.prefix(packed.count - 9).write(to: url)
            #expect(throws: Problem.self) { try DecompressedFile.read(url) { _ in true } }
            #expect(throws: Problem.self) { try DecompressedFile.read(folder.appendingPathComponent("none")) { _ in true } }
        }
    }
}
