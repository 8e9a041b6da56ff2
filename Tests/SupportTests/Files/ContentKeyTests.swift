import Foundation
import Support
import Testing

@Suite struct ContentKeyTests {
    private func key(_ fill: (inout ContentKey) -> Void) -> String {
        var key = ContentKey()
        fill(&key)
        return key.text
    }

    private func key(_ bytes: [UInt8]) -> String { key { key in bytes.withUnsafeBytes { key.add($0) } } }

    @Test func equalContentGivesEqualKeys() {
        #expect(key([1, 2, 3]) == key([1, 2, 3]))
        #expect(key([1, 2, 3]).count == 32)
        // A fixed value: keys outlive the program that wrote them.
        #expect(key(Array("abc".utf8)) == "e936527834c8aa81b194ac73cf8787ea")
    }

    @Test func everyBitAndEveryBorderCounts() {
        let bytes = (0..<21).map { UInt8($0) }
        var keys: Set<String> = [key(bytes), key(bytes + [0]), key([]), key([0]), key([0, 0])]
        for position in bytes.indices {
            for bit in 0..<8 {
                var other = bytes
                other[position] ^= 1 << UInt8(bit)
                keys.insert(key(other))
            }
        }
        #expect(keys.count == 5 + 21 * 8)
        #expect(
            key {
                $0.add("ab"); $0.add("c")
            }
                != key {
                    $0.add("a"); $0.add("bc")
                })
        #expect(
            key {
                $0.add([1, 2]); $0.add([3])
            }
                != key {
                    $0.add([1]); $0.add([2, 3])
                })
        #expect(key { $0.add(1) } != key { $0.add(2) })
        #expect(key { $0.add([Float(1)]) } != key { $0.add([Float(2)]) })
    }
}
