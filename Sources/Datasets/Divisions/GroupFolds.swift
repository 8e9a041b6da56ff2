import Core
import Support

/// scikit-learn's `GroupKFold`: groups from the largest to the smallest, each into the fold that has the fewest cases so far.
enum GroupFolds {
    /// - Parameter groups: the group of each of `ids`.
    /// - Throws: `Problem` where there are fewer groups than folds.
    static func splits(_ ids: [String], groups: [String: String], folds: Int = 5) throws -> Splits {
        let sorted = ids.sorted()
        let names = Set(sorted.map { groups[$0] ?? $0 }).sorted()
        guard names.count >= folds else {
            throw Problem(
                "\(names.count) patients", "are too few for \(folds) folds",
                remedy: "add the cases that are missing, or divide them with 'nndet cv-split'")
        }
        var members = Dictionary(grouping: sorted) { groups[$0] ?? $0 }
        let counts = names.map { members[$0]?.count ?? 0 }
        var sizes = [Int](repeating: 0, count: folds)
        var fold: [String: Int] = [:]
        for group in LegacyOrder.ascending(counts).reversed() {
            let smallest = sizes.indices.min { sizes[$0] < sizes[$1] } ?? 0
            sizes[smallest] += counts[group]
            for id in members.removeValue(forKey: names[group]) ?? [] { fold[id] = smallest }
        }
        return Splits(
            folds: (0..<folds).map { index in
                Splits.Fold(train: sorted.filter { fold[$0] != index }, val: sorted.filter { fold[$0] == index })
            })
    }
}

/// The order in which NumPy's `argsort` of the time of the original puts values that are equal: that of its quicksort, which is not stable.
///
/// Splits that were published were made with it: median of three, pieces of up to 16 sorted by insertion, the larger piece later.
enum LegacyOrder {
    static func ascending(_ values: [Int]) -> [Int] {
        var order = Array(values.indices)
        var pieces = [(low: 0, high: values.count - 1)]
        while let piece = pieces.popLast() {
            var (low, high) = piece
            while high - low > 15 {
                let pivot = partition(&order, low, high, values)
                let (left, right) = ((low: low, high: pivot - 1), (low: pivot + 1, high: high))
                if pivot - low < high - pivot {
                    pieces.append(right)
                    (low, high) = left
                } else {
                    pieces.append(left)
                    (low, high) = right
                }
            }
            insert(&order, low, high, values)
        }
        return order
    }

    /// Puts a value to its place, smaller ones before and larger ones behind it, and returns the place.
    private static func partition(_ order: inout [Int], _ low: Int, _ high: Int, _ values: [Int]) -> Int {
        let middle = low + (high - low) / 2
        if values[order[middle]] < values[order[low]] { order.swapAt(middle, low) }
        if values[order[high]] < values[order[middle]] { order.swapAt(high, middle) }
        if values[order[middle]] < values[order[low]] { order.swapAt(middle, low) }
        let pivot = values[order[middle]]
        var (i, j) = (low, high - 1)
        order.swapAt(middle, j)
        while true {
            repeat { i += 1 } while values[order[i]] < pivot
            repeat { j -= 1 } while pivot < values[order[j]]
            if i >= j { break }
            order.swapAt(i, j)
        }
        order.swapAt(i, high - 1)
        return i
    }

    private static func insert(_ order: inout [Int], _ low: Int, _ high: Int, _ values: [Int]) {
        guard low < high else { return }
        for index in low + 1...high {
            let moved = order[index]
            var place = index
            while place > low, values[moved] < values[order[place - 1]] {
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = moved
        }
    }
}
