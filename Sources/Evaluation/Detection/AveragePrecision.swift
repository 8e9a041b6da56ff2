/// Precision over recall of one class at one IoU threshold, as COCO computes it.
package struct PrecisionCurve: Sendable {
    package static let recalls: [Double] = (0...100).map { $0 == 100 ? 1 : Double($0) * 0.01 }

    /// Precision at each of `recalls`: the best that is reached at that recall or a higher one; 0 where it is not reached.
    package let precisions: [Double]
    /// Score down to which detections must be taken to reach each of `recalls`; 0 where it is not reached.
    package let scores: [Double]
    /// Recall when all detections are taken.
    package let recall: Double

    /// Mean over the recalls.
    package var average: Double { precisions.reduce(0, +) / Double(precisions.count) }

    /// nil without objects.
    init?(_ ranking: Ranking, _ weighting: Ranking.Weighting, threshold: Int) {
        guard weighting.objects > 0 else { return nil }
        let hits = ranking.hits[threshold]
        let ignored = ranking.ignored[threshold]
        var precision: [Double] = []
        var recall: [Double] = []
        var places: [Int] = []
        precision.reserveCapacity(hits.count)
        recall.reserveCapacity(hits.count)
        places.reserveCapacity(hits.count)
        var (found, skipped, nextIgnored) = (0, 0, 0)
        for rank in hits {
            let weight = weighting.weight(ranking.cases[Int(rank)])
            guard weight > 0 else { continue }
            while nextIgnored < ignored.count, ignored[nextIgnored] < rank {
                skipped += weighting.weight(ranking.cases[Int(ignored[nextIgnored])])
                nextIgnored += 1
            }
            found += weight
            precision.append(Double(found) / (Double(weighting.detections(through: Int(rank)) - skipped) + .ulpOfOne))
            recall.append(Double(found) / Double(weighting.objects))
            places.append(Int(rank))
        }
        for index in precision.indices.dropLast().reversed() { precision[index] = max(precision[index], precision[index + 1]) }
        var precisions = [Double](repeating: 0, count: Self.recalls.count)
        var scores = precisions
        // A recall of nothing is reached with the first detection.
        precisions[0] = precision.first ?? 0
        var first = 0
        while first < ignored.count, ignored[first] == Int32(first) { first += 1 }
        if first < ranking.count { scores[0] = ranking.scores[first] }
        var place = 0
        for (index, wanted) in Self.recalls.enumerated().dropFirst() {
            while place < recall.count, recall[place] < wanted { place += 1 }
            guard place < recall.count else { break }
            precisions[index] = precision[place]
            scores[index] = ranking.scores[places[place]]
        }
        self.precisions = precisions
        self.scores = scores
        self.recall = recall.last ?? 0
    }
}
