/// Records sorted once, from which scores are computed any number of times: of all cases, or of cases that count as often as weights say.
package struct RankedRecords: Sendable {
    package let classes: [Ranking]
    package let pooled: Ranking
    package let thresholds: IoUThresholds
    /// Whether FROC points are rounded as the original rounds them.
    private let referenceBehaviour: Bool

    package init(_ records: MatchRecords, thresholds: IoUThresholds, referenceBehaviour: Bool = false) {
        self.referenceBehaviour = referenceBehaviour
        classes = (0..<records.classes).map { Ranking(records, label: $0) }
        pooled = records.classes == 1 ? classes[0] : Ranking(records, label: nil)
        self.thresholds = thresholds
    }

    /// Precision and sensitivity before they have names.
    struct Table {
        /// [threshold][class]; nil for a class without objects.
        var precision: [[Double?]]
        /// [pooled, then each class][single threshold][rate]; nil without any hit, empty where there are no objects.
        var sensitivity: [[[Double]?]]
    }

    /// - Parameter weights: how often each case counts; nil: once.
    func table(weights: [Int32]? = nil, perClass: Bool) -> Table {
        let weightings = classes.map { $0.weighting(weights) }
        let precision = thresholds.all.indices.map { threshold in
            classes.indices.map { PrecisionCurve(classes[$0], weightings[$0], threshold: threshold)?.average }
        }
        let places = thresholds.places(thresholds.single)
        func sensitivities(_ ranking: Ranking, _ weighting: Ranking.Weighting) -> [[Double]?] {
            places.map {
                guard weighting.objects > 0 else { return [] }
                return FROC.sensitivities(ranking, weighting, threshold: $0, referenceBehaviour: referenceBehaviour)
            }
        }
        let all = sensitivities(pooled, classes.count == 1 ? weightings[0] : pooled.weighting(weights))
        return Table(
            precision: precision,
            sensitivity: [all] + (perClass ? classes.indices.map { sensitivities(classes[$0], weightings[$0]) } : []))
    }

    /// Precision curves [threshold][class]; nil for a class without objects.
    package func precisionCurves() -> [[PrecisionCurve?]] {
        let weightings = classes.map { $0.weighting() }
        return thresholds.all.indices.map { threshold in
            classes.indices.map { PrecisionCurve(classes[$0], weightings[$0], threshold: threshold) }
        }
    }

    /// Sensitivity at any false positives per image; 0 where there is no hit.
    package func sensitivities(iou: Double, label: Int?, rates: [Double]) -> [Double] {
        let ranking = label.map { classes[$0] } ?? pooled
        guard let threshold = thresholds.all.firstIndex(of: iou) else { return rates.map { _ in 0 } }
        let curve = FROC.sensitivities(
            ranking, ranking.weighting(), threshold: threshold, rates: rates, referenceBehaviour: referenceBehaviour)
        return curve ?? rates.map { _ in 0 }
    }
}
