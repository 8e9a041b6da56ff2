import Foundation
import Support
import TestSupport
import Testing

/// The bytes of a base64 text.
func decoded(_ base64: String) throws -> Data { try #require(Data(base64Encoded: base64)) }

@Suite struct NPYArrayTests {
    private func read(_ base64: String) throws -> NPYArray { try NPYArray(npy: decoded(base64), named: "array.npy") }

    @Test func whatNumPyWrote() throws {
        let floats = try read(NumPyFiles.float32)
        #expect(floats.scalar == .float32 && floats.shape == [2, 3])
        let values = floats.floats()
        #expect(values[0] == 1.5 && values[1] == -2 && values[2] == .infinity && values[3] == 0.25 && values[4].isNaN && values[5] == 3)
        #expect(try read(NumPyFiles.bools).integers() == [1, 0, 1])
        #expect(try read(NumPyFiles.scalar).shape == [] && read(NumPyFiles.scalar).doubles() == [2.5])
        #expect(try read(NumPyFiles.empty).shape == [0, 6] && read(NumPyFiles.empty).floats() == [])
        #expect(try read(NumPyFiles.versionTwo).integers() == [7, 8])
        #expect(try read(NumPyFiles.versionThree).integers() == [7, 8])
        #expect(try read(NumPyFiles.unsigned).integers() == [0, 4_294_967_295])
        #expect(try read(NumPyFiles.half).floats() == [1, 2] && read(NumPyFiles.half).integers() == [1, 2])
    }

    @Test func halfPrecision() {
        let bits: [UInt16] = [0xC000, 0x0001, 0x7BFF, 0xFC00, 0x3555]
        let array = NPYArray(scalar: .float16, shape: [5], bytes: bits.withUnsafeBytes { Data($0) })
        #expect(array.floats() == [-2, 0x1p-24, 65504, -.infinity, 0.333251953125])
        #expect(array.floats(1..<3) == [0x1p-24, 65504] && array.doubles()[4] == 0.333251953125)
    }

    @Test func fortranOrderBecomesCOrder() throws {
        let array = try read(NumPyFiles.fortranInt16)
        #expect(array.shape == [2, 3, 4] && array.integers() == Array(0..<24))
    }

    @Test(arguments: [NumPyFiles.bigEndian, NumPyFiles.objects, NumPyFiles.text])
    func otherElementTypesAreRefusedByName(file: String) throws {
        let problem = #expect(throws: Problem.self) { try read(file) }
        #expect(problem?.subject == "array.npy" && problem?.problem.contains("not supported") == true)
    }

    @Test func numbersOutOfRangeBecomeZero() throws {
        #expect(try read(NumPyFiles.unsigned64).integers() == [5, 0])
        #expect(try read(NumPyFiles.unsigned).int32s() == [0, 0])
        #expect(NPYArray([1.9, -1.9, .nan, 1e30], shape: [4]).integers() == [1, -1, 0, 0])
        #expect(NPYArray([Float(-7.5), .infinity], shape: [2]).int32s() == [-7, 0])
        #expect(NPYArray([Int64(1) << 32], shape: [1]).int32s() == [0])
    }

    @Test func exactNumbers() throws {
        let file = URL(fileURLWithPath: "/a.npz")
        #expect(try NPYArray([3.0, -4], shape: [2]).exact(Int.self, key: "k", of: file) == [3, -4])
        #expect(try NPYArray([Int32(7)], shape: [1]).exact(Int32.self, key: "k", of: file) == [7])
        #expect(try read(NumPyFiles.unsigned).exact(Int.self, key: "k", of: file) == [0, 4_294_967_295])
        for array in [NPYArray([1, 2.5], shape: [2]), NPYArray([Double.nan], shape: [1]), NPYArray([1e30], shape: [1])] {
            #expect { try array.exact(Int.self, key: "k", of: file) } throws: { "\($0)".hasPrefix("/a.npz: 'k' contains ") }
        }
        #expect(throws: Problem.self) { try NPYArray([Int64(1) << 32], shape: [1]).exact(Int32.self, key: "k", of: file) }
        #expect(throws: Problem.self) { try NPYArray([Int32(256)], shape: [1]).exact(UInt8.self, key: "k", of: file) }
    }

    @Test(
        arguments: [
            ("(3L, 4)", [3, 4]), ("(3,)", [3]), ("( )", []), ("(99999999999999999999, 3)", nil), ("(3 4,)", nil), ("(½,)", nil),
            ("(-1,)", nil),
            ("(3,,4)", nil), ("(\(String(repeating: "1, ", count: 65)))", nil),
            ("(\(String(repeating: "1, ", count: 64)))", .init(repeating: 1, count: 64)),
        ] as [(String, [Int]?)])
    func shapes(text: String, expected: [Int]?) throws {
        let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': \(text), }\n"
        let count = dictionary.utf8.count
        let header = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(dictionary.utf8))
        guard let expected else {
            #expect { try NPYHeader(header, named: "a.npy") } throws: { "\($0)".hasPrefix("a.npy: header with the shape (") }
            return
        }
        #expect(try NPYHeader(header, named: "a.npy").shape == expected)
    }

    @Test func roundTripOfEveryElementType() throws {
        try withTemporaryFolder { folder in
            for scalar in NPYArray.Scalar.allCases {
                for shape in [[], [3], [2, 0], [2, 3, 1]] {
                    let count = shape.reduce(1, *) * scalar.size
                    let array = NPYArray(scalar: scalar, shape: shape, bytes: Data((0..<count).map { UInt8($0 % 2) }))
                    let url = folder.appendingPathComponent("a.npy")
                    try array.write(to: url)
                    #expect(try NPYArray.read(url) == array)
                }
            }
        }
    }

    @Test func dataBeginAtMultiplesOf64() throws {
        for count in [1, 12345, 1_000_000_000] {
            let header = NPYArray.npyHeader(scalar: .float32, shape: [count, 1])
            #expect(header.count % 64 == 0 && header.last == UInt8(ascii: "\n"))
            #expect(try NPYHeader(header, named: "h").shape == [count, 1])
        }
    }

    @Test func damagedFilesAreProblems() throws {
        let whole = try decoded(NumPyFiles.float32)
        for count in [0, 5, 9, 11, 60, whole.count - 1] {
            #expect(throws: Problem.self) { try NPYArray(npy: whole.prefix(count), named: "a") }
        }
        func changed(_ from: String, _ to: String) -> Data {
            var copy = whole
            if let range = copy.range(of: Data(from.utf8)) { copy.replaceSubrange(range, with: Data(to.utf8)) }
            return copy
        }
        // More elements than any memory holds, no shape, and a header that is not one.
        #expect(throws: Problem.self) { try NPYArray(npy: changed("(2, 3)", "(9223372036854775807, 9)"), named: "a") }
        #expect(throws: Problem.self) { try NPYArray(npy: changed("'shape'", "'shopa'"), named: "a") }
        #expect(throws: Problem.self) { try NPYArray(npy: changed("(2, 3)", "(-2, 3)"), named: "a") }
        #expect(throws: Problem.self) { try NPYArray(npy: Data(repeating: 0x41, count: 200), named: "a") }
    }
}
