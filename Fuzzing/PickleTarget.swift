import CMalloc
import Foundation
import Pickle

/// Reads an input as a pickle and as a file of torch, and visits everything in it.
func fuzzPickle(_ input: Data) {
    let before = mallinfo2().uordblks
    for read in [Pickle.decode, TorchFile.decode] {
        guard let value = try? read(input, "input") else { continue }
        let taken = Int(mallinfo2().uordblks) - Int(before)
        guard taken <= 8 << 20 + 10 * input.count else { fatalError("\(taken) bytes for an input of \(input.count)") }
        var seen = 0
        visit(value, &seen)
        guard seen <= 1 << 16 + 40 * input.count else { fatalError("\(seen) values in an input of \(input.count)") }
    }
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
