import Boxes

/// The detections of a class, or of all, by falling score with their hits: all that precision and FROC are computed from.
///
/// Curves change only where a detection finds an object, so these ranks are kept apart: with one sum over all detections, which serves all
/// thresholds, a curve takes a few steps per object, also when cases count several times (bootstrap).
package struct Ranking: Sendable {
    /// Scores, falling.
    let scores: [Double]
    /// Case of each detection.
    let cases: [Int32]
    /// Last rank of every run of equal scores.
    let groupEnds: [Int32]
    /// Per threshold: ranks of the detections that found an object, ascending.
    let hits: [[Int32]]
    /// Per threshold: ranks of the detections that do not count.
    let ignored: [[Int32]]
    /// Objects of each case.
    let objects: [Int32]

    /// The detections of class `label`, nil for all classes in one list.
    init(_ records: MatchRecords, label: Int?) {
        let members = label.map { label in records.labels.indices.filter { records.labels[$0] == Int32(label) } }
        let scores = members.map { $0.map { records.scores[$0] } } ?? records.scores
        let order = scores.fallingOrder()
        func place(_ rank: Int) -> Int { members.map { $0[order[rank]] } ?? order[rank] }
        let hits = order.indices.map { records.hits[place($0)] }
        let ignored = records.ignored.isEmpty ? [] : order.indices.map { records.ignored[place($0)] }
        let classes = records.classes
        let objects = records.caseIDs.indices.map { index in
            label.map { records.objects[index * classes + $0] } ?? records.objects(inCase: index).reduce(0, +)
        }
        self.init(
            scores: order.map { Double(scores[$0]) }, cases: order.indices.map { records.cases[place($0)] }, hits: hits, ignored: ignored,
            thresholds: records.thresholds.count, objects: objects)
    }

    /// - Parameters:
    ///   - hits, ignored: per detection by falling score; bit t is about threshold t.
    ///   - objects: per case.
    init(scores: [Double], cases: [Int32], hits: [UInt32], ignored: [UInt32] = [], thresholds: Int, objects: [Int32]) {
        self.scores = scores
        self.cases = cases
        self.objects = objects
        var ends: [Int32] = []
        for rank in scores.indices where rank + 1 == scores.count || scores[rank + 1] != scores[rank] { ends.append(Int32(rank)) }
        groupEnds = ends
        func ranks(_ bits: [UInt32]) -> [[Int32]] {
            var ranks = [[Int32]](repeating: [], count: thresholds)
            for (rank, word) in bits.enumerated() {
                var rest = word
                while rest != 0 {
                    ranks[rest.trailingZeroBitCount].append(Int32(rank))
                    rest &= rest - 1
                }
            }
            return ranks
        }
        if ignored.isEmpty {
            self.hits = ranks(hits)
            self.ignored = [[Int32]](repeating: [], count: thresholds)
        } else {
            self.hits = ranks(zip(hits, ignored).map { $0 & ~$1 })
            self.ignored = ranks(ignored)
        }
    }

    var count: Int { scores.count }

    /// How often each case counts, and the sums that follow from it.
    struct Weighting: Sendable {
        /// Per case; nil: each counts once.
        let weights: [Int32]?
        /// Detections above each rank, `count` + 1 numbers; nil where each counts once.
        let above: [Int32]?
        let objects: Int
        let images: Int

        /// Detections down to and with `rank`.
        func detections(through rank: Int) -> Int { above.map { Int($0[rank + 1]) } ?? rank + 1 }
        func weight(_ place: Int32) -> Int { weights.map { Int($0[Int(place)]) } ?? 1 }
    }

    func weighting(_ weights: [Int32]? = nil) -> Weighting {
        guard let weights else {
            return Weighting(weights: nil, above: nil, objects: objects.reduce(0) { $0 + Int($1) }, images: objects.count)
        }
        let above = [Int32](unsafeUninitializedCapacity: count + 1) { buffer, initialized in
            var sum: Int32 = 0
            buffer[0] = 0
            cases.withUnsafeBufferPointer { cases in
                weights.withUnsafeBufferPointer { weights in
                    for rank in 0..<cases.count {
                        sum += weights[Int(cases[rank])]
                        buffer[rank + 1] = sum
                    }
                }
            }
            initialized = count + 1
        }
        let found = zip(weights, objects).reduce(0) { $0 + Int($1.0) * Int($1.1) }
        return Weighting(weights: weights, above: above, objects: found, images: weights.reduce(0) { $0 + Int($1) })
    }

    /// Sums of weights over `ranks`: the i-th is that of the first i.
    func sums(over ranks: [Int32], _ weighting: Weighting) -> [Int32] {
        var sums = [Int32](repeating: 0, count: ranks.count + 1)
        for (place, rank) in ranks.enumerated() { sums[place + 1] = sums[place] + Int32(weighting.weight(cases[Int(rank)])) }
        return sums
    }
}

extension [Int32] {
    /// How many elements of this ascending array are at most `value`.
    func count(upTo value: Int32) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
