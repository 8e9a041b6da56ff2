import Foundation

/// Writes small pickles, as Python does with protocol 2.
public enum TestPickle {
    /// A dictionary of lists of lists of whole numbers from 0 to 65535; a single list stands alone.
    public static func map(_ values: [String: [[Int]]]) -> Data {
        var bytes: [UInt8] = [0x80, 2, UInt8(ascii: "}")]
        for (key, lists) in values.sorted(by: { $0.key < $1.key }) {
            bytes += [UInt8(ascii: "X"), UInt8(key.utf8.count), 0, 0, 0] + Array(key.utf8)
            let items = lists.map { list in
                [UInt8(ascii: "]"), UInt8(ascii: "(")] + list.flatMap { [UInt8(ascii: "M"), UInt8($0 & 0xFF), UInt8($0 >> 8)] }
                    + [UInt8(ascii: "e")]
            }
            bytes += items.count == 1 ? items[0] : [UInt8(ascii: "]"), UInt8(ascii: "(")] + items.flatMap { $0 } + [UInt8(ascii: "e")]
            bytes.append(UInt8(ascii: "s"))
        }
        return Data(bytes + [UInt8(ascii: ".")])
    }
}
