/// Sensitivity over false positives per image (free-response ROC; spec 09).
package enum FROC {
    /// False positives per image that the sensitivity is read at.
    package static let falsePositivesPerImage: [Double] = [0.125, 0.25, 0.5, 1, 2, 4, 8]

    /// Sensitivity at each of `rates`, linear between the operating points; nil where there are detections and objects, but no hit.
    ///
    /// Images without objects count; detections of equal score are taken together. Whether a point lies exactly on a rate is decided by counts: 11
    /// false positives in 88 images are 1/8 per image. `referenceBehaviour` takes fractions of all false positives and multiplies back, as the
    /// original does, whose rounding moves such points beyond the rate.
    static func sensitivities(
        _ ranking: Ranking, _ weighting: Ranking.Weighting, threshold: Int, rates: [Double] = falsePositivesPerImage,
        referenceBehaviour: Bool = false
    ) -> [Double]? {
        guard ranking.count > 0, weighting.objects > 0, weighting.images > 0 else { return rates.map { _ in 0 } }
        let hits = ranking.hits[threshold]
        let sums = ranking.sums(over: hits, weighting)
        let found = Int(sums[hits.count])
        guard found > 0 else { return nil }
        let wrong = weighting.detections(through: ranking.count - 1) - found
        let ends = ranking.groupEnds

        /// Operating point after the group, (0, 0) for −1.
        func counts(_ group: Int) -> (wrong: Int, found: Int) {
            guard group >= 0 else { return (0, 0) }
            let hit = Int(sums[hits.count(upTo: ends[group])])
            return (weighting.detections(through: Int(ends[group])) - hit, hit)
        }
        func rate(_ count: Int) -> Double {
            guard referenceBehaviour else { return Double(count) / Double(weighting.images) }
            return wrong > 0 ? Double(count) / Double(wrong) * Double(wrong) / Double(weighting.images) : 0
        }
        func sensitivity(_ count: Int) -> Double {
            guard referenceBehaviour else { return Double(count) / Double(weighting.objects) }
            return Double(count) / Double(found) * Double(found) / Double(weighting.objects)
        }
        func isWithin(_ count: Int, _ wanted: Double) -> Bool {
            referenceBehaviour ? rate(count) <= wanted : Double(count) <= wanted * Double(weighting.images)
        }

        return rates.map { wanted in
            // The last point that is not beyond the wanted rate.
            var (low, high) = (-1, ends.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if isWithin(counts(middle).wrong, wanted) { low = middle } else { high = middle }
            }
            let before = counts(low)
            guard low + 1 < ends.count else { return sensitivity(before.found) }
            let after = counts(low + 1)
            let slope = (sensitivity(after.found) - sensitivity(before.found)) / (rate(after.wrong) - rate(before.wrong))
            return slope * (wanted - rate(before.wrong)) + sensitivity(before.found)
        }
    }
}
