import CMalloc
import Foundation
import Pickle

/// Entry point of libFuzzer: reads `data` as a pickle and as a file of torch, looks at everything in it, and ends the program where that
/// leaves more than ten times the input (and 8 MB) in memory. `scripts/fuzz-pickle.sh` builds and runs it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPickle(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = data.map { Data(bytes: $0, count: count) } ?? Data()
    let before = mallinfo2().uordblks
    for read in [Pickle.decode, TorchFile.decode] {
        guard let value = try? read(input, "input") else { continue }
        let taken = Int(mallinfo2().uordblks) - Int(before)
        guard taken <= 8 << 20 + 10 * count else { fatalError("\(taken) bytes for an input of \(count)") }
        var seen = 0
        visit(value, &seen)
        guard seen <= 1 << 16 + 40 * count else { fatalError("\(seen) values in an input of \(count)") }
    }
    return 0
}

private func visit(_ value: PickledValue, _ seen: inout Int) {
    seen += 1
    switch try? value.content() {
    case .list(let values), .tuple(let values), .set(let values), .values(let values, _): for value in values { visit(value, &seen) }
    case .dictionary(let entries):
        for entry in entries {
            visit(entry.key, &seen)
            visit(entry.value, &seen)
        }
    case .array(let array): _ = array.doubles()
    default: break
    }
    _ = try? value.numbers()
}
