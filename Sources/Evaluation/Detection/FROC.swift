import Boxes

/// Sensitivity over false positives per image (free-response ROC; spec 09).
package enum FROC {
    /// False positives per image that the sensitivity is read at.
    package static let falsePositivesPerImage: [Double] = [0.125, 0.25, 0.5, 1, 2, 4, 8]

    /// Sensitivity at each of `falsePositivesPerImage`, linear between the operating points; nil without any true positive.
    ///
    /// - Parameters:
    ///   - order: detections by falling score.
    ///   - images: number of images, those without objects included.
    static func curve(_ record: ClassRecord, order: [Int], threshold: Int, images: Int) -> [Double]? {
        guard !order.isEmpty, record.objects > 0, images > 0 else { return falsePositivesPerImage.map { _ in 0 } }
        var points: [(wrong: Int, found: Int)] = [(0, 0)]
        var (wrong, found) = (0, 0)
        for (place, detection) in order.enumerated() {
            if record.isHit(detection, threshold) { found += 1 } else { wrong += 1 }
            // Detections of equal score are taken together.
            guard place + 1 == order.count || record.scores[order[place + 1]] != record.scores[detection] else { continue }
            points.append((wrong, found))
        }
        guard found > 0 else { return nil }
        // Fractions of all and back, as the original does: the rounding decides where a point lies exactly on a wanted rate.
        let rates = points.map { wrong > 0 ? Double($0.wrong) / Double(wrong) * Double(wrong) / Double(images) : 0 }
        let sensitivities = points.map { Double($0.found) / Double(found) * Double(found) / Double(record.objects) }
        return falsePositivesPerImage.map { interpolate($0, rates, sensitivities) }
    }

    /// Linear interpolation as NumPy's: of several values at one place the last counts; constant outside.
    static func interpolate(_ x: Double, _ xs: [Double], _ ys: [Double]) -> Double {
        guard let last = xs.indices.last, let first = xs.first else { return 0 }
        if x < first { return ys[0] }
        if x >= xs[last] { return ys[last] }
        // The last point that is not beyond x.
        var (low, high) = (0, last)
        while high - low > 1 {
            let middle = (low + high) / 2
            if xs[middle] <= x { low = middle } else { high = middle }
        }
        let slope = (ys[low + 1] - ys[low]) / (xs[low + 1] - xs[low])
        return slope * (x - xs[low]) + ys[low]
    }
}
