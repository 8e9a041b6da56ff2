import Boxes

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

    /// - Parameter order: detections by falling score, equal ones in the order of the images.
    init(_ record: ClassRecord, order: [Int], threshold: Int) {
        var precision: [Double] = []
        var recall: [Double] = []
        precision.reserveCapacity(order.count)
        recall.reserveCapacity(order.count)
        var (found, wrong) = (0.0, 0.0)
        for detection in order {
            if record.isHit(detection, threshold) { found += 1 } else { wrong += 1 }
            precision.append(found / (found + wrong + .ulpOfOne))
            recall.append(found / Double(record.objects))
        }
        for index in precision.indices.dropLast().reversed() { precision[index] = max(precision[index], precision[index + 1]) }
        var precisions = [Double](repeating: 0, count: Self.recalls.count)
        var scores = precisions
        var place = 0
        for (index, wanted) in Self.recalls.enumerated() {
            while place < recall.count, recall[place] < wanted { place += 1 }
            guard place < recall.count else { break }
            precisions[index] = precision[place]
            scores[index] = Double(record.scores[order[place]])
        }
        self.precisions = precisions
        self.scores = scores
        self.recall = recall.last ?? 0
    }
}
