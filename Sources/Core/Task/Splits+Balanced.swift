import Support

extension Splits {
    /// Folds that keep groups of cases together, of nearly equal size, and with nearly the same share of every class.
    ///
    /// Groups are shuffled, then given largest first to the fold that has least of what they bring; at last groups are moved and exchanged
    /// between folds as long as that makes them more alike. Without groups of several cases and without classes this is `kFold`.
    ///
    /// - Parameters:
    ///   - ids: of the cases; their order does not matter.
    ///   - folds: how many there are to be, at least 2.
    ///   - seed: of the shuffling; the same one gives the same folds.
    ///   - groups: case id → group, for example the patient; a case that is missing is a group of its own.
    ///   - objects: case id → number of objects per class id, to be balanced; nil balances the number of cases alone.
    /// - Throws: `Problem` where there are fewer groups than folds, or fewer than 2 folds.
    public static func balanced(
        _ ids: [String], folds: Int = 5, seed: UInt32 = 12345, groups: [String: String] = [:], objects: [String: [Int: Int]]? = nil
    ) throws -> Splits {
        // A group may have the name of a case that belongs to none.
        let members = Dictionary(grouping: ids.sorted()) { id in groups[id].map { "group \($0)" } ?? "case \(id)" }
        if objects == nil, members.count == ids.count { return try kFold(ids, folds: folds, seed: seed) }
        try requireFolds(folds, of: members.count, "groups of cases")
        let names = members.keys.sorted()
        var generator = MersenneTwister(seed: seed)
        let shuffled = generator.permutation(names.count).map { members[names[$0]] ?? [] }
        let classes = Set((objects ?? [:]).values.flatMap(\.keys)).sorted()
        var balance = FoldBalance(groups: shuffled.map { quantities(of: $0, objects, classes) }, folds: folds)
        balance.distribute()
        balance.refine()
        let all = ids.sorted()
        return Splits(
            folds: (0..<folds).map { fold in
                let val = Set(shuffled.indices.filter { balance.assignment[$0] == fold }.flatMap { shuffled[$0] })
                return Fold(train: all.filter { !val.contains($0) }, val: all.filter { val.contains($0) })
            })
    }

    /// - Throws: `Problem` where `count` things cannot be split into `folds`.
    static func requireFolds(_ folds: Int, of count: Int, _ what: String) throws {
        guard folds >= 2 else { throw Problem("cross-validation", "\(folds) folds are too few", remedy: "give at least 2") }
        guard count >= folds else {
            throw Problem(
                "cross-validation", "\(count) \(what) cannot be split into \(folds) folds",
                remedy: "add cases, ask for fewer folds with 'nndet cv-split', or write preprocessed/splits_final.json by hand")
        }
    }

    /// What a group brings: cases, cases without objects, and objects by class.
    private static func quantities(of ids: [String], _ objects: [String: [Int: Int]]?, _ classes: [Int]) -> [Double] {
        guard let objects else { return [Double(ids.count)] }
        let empty = ids.count { (objects[$0] ?? [:]).values.allSatisfy { $0 == 0 } }
        let perClass = classes.map { label in Double(ids.reduce(0) { $0 + (objects[$1]?[label] ?? 0) }) }
        return [Double(ids.count), Double(empty)] + perClass
    }
}

/// Gives groups to folds so that every fold gets the same share of every quantity.
private struct FoldBalance {
    /// Share of the total that each group has, weighted, per quantity.
    private let shares: [[Double]]
    /// Sum of the shares per fold.
    private var sums: [[Double]]
    /// Groups per fold.
    private var counts: [Int]
    /// Fold of each group.
    private(set) var assignment: [Int]

    /// - Parameter groups: quantities of each group; the first is the number of cases.
    init(groups: [[Double]], folds: Int) {
        let width = groups.first?.count ?? 0
        let totals = (0..<width).map { quantity in groups.reduce(0) { $0 + $1[quantity] } }
        // Equal sizes count as much as everything else together; the sum of squares is what is made small.
        let others = Double(max(1, totals.dropFirst().count { $0 > 0 }))
        shares = groups.map { group in
            (0..<width).map { totals[$0] > 0 ? group[$0] / totals[$0] * ($0 == 0 ? others.squareRoot() : 1) : 0 }
        }
        sums = Array(repeating: Array(repeating: 0, count: width), count: folds)
        counts = Array(repeating: 0, count: folds)
        assignment = Array(repeating: 0, count: groups.count)
    }

    /// Largest groups first, each to the fold where it adds least to the sum of squares.
    mutating func distribute() {
        let order = shares.indices.sorted { ((shares[$1].max() ?? 0), $0) < ((shares[$0].max() ?? 0), $1) }
        for group in order {
            let costs = sums.indices.map { fold in dot(sums[fold], shares[group]) }
            let best = sums.indices.min { (costs[$0], counts[$0], $0) < (costs[$1], counts[$1], $1) } ?? 0
            add(group, to: best, sign: 1)
            assignment[group] = best
        }
    }

    /// Moves and exchanges as long as they gain; a fold keeps at least one group.
    mutating func refine() {
        for _ in 0..<20 {
            var improved = false
            for group in shares.indices {
                for fold in sums.indices where fold != assignment[group] && counts[assignment[group]] > 1 {
                    if moving(group, to: fold) < -1e-12 {
                        move(group, to: fold)
                        improved = true
                    }
                }
                for other in shares.indices where other > group && assignment[other] != assignment[group] {
                    let (mine, theirs) = (assignment[group], assignment[other])
                    if exchanging(group, other) < -1e-12 {
                        move(group, to: theirs)
                        move(other, to: mine)
                        improved = true
                    }
                }
            }
            if !improved { return }
        }
    }

    /// What exchanging two groups adds to the sum of squares: |a − d|² + |b + d|² − |a|² − |b|². Called for every pair of groups.
    private func exchanging(_ group: Int, _ other: Int) -> Double {
        let (mine, theirs) = (assignment[group], assignment[other])
        var (before, after, square) = (0.0, 0.0, 0.0)
        shares[group].withUnsafeBufferPointer { first in
            shares[other].withUnsafeBufferPointer { second in
                sums[mine].withUnsafeBufferPointer { a in
                    sums[theirs].withUnsafeBufferPointer { b in
                        for quantity in 0..<first.count {
                            let difference = first[quantity] - second[quantity]
                            after += b[quantity] * difference
                            before += a[quantity] * difference
                            square += difference * difference
                        }
                    }
                }
            }
        }
        return 2 * (after - before + square)
    }

    /// What moving `group` to `fold` adds to the sum of squares.
    private func moving(_ group: Int, to fold: Int) -> Double {
        2 * (dot(sums[fold], shares[group]) - dot(sums[assignment[group]], shares[group]) + dot(shares[group], shares[group]))
    }

    private mutating func move(_ group: Int, to fold: Int) {
        add(group, to: assignment[group], sign: -1)
        add(group, to: fold, sign: 1)
        assignment[group] = fold
    }

    private mutating func add(_ group: Int, to fold: Int, sign: Double) {
        for quantity in shares[group].indices { sums[fold][quantity] += sign * shares[group][quantity] }
        counts[fold] += sign > 0 ? 1 : -1
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
