/// The order in which the scores of an evaluation stand in a row of numbers, and their names.
struct ScoreLayout: Sendable {
    let names: [String]
    private let averaged: [Int]
    private let single: [Int]
    private let classes: Int
    private let perClass: Bool

    /// - Parameter classNames: as they stand in keys; scores of single classes are only there with `perClass`.
    init(_ thresholds: IoUThresholds, maxDetections: Int, classNames: [String], perClass: Bool) {
        averaged = thresholds.places(thresholds.averaged)
        single = thresholds.places(thresholds.single)
        classes = classNames.count
        self.perClass = perClass
        let prefixes = [""] + (perClass ? classNames.map { "\($0)_" } : [])
        let precision =
            [ScoreName.meanAveragePrecision(maxDetections: maxDetections)]
            + thresholds.single.map { ScoreName.averagePrecision(iou: $0, maxDetections: maxDetections) }
        let sensitivity = thresholds.single.flatMap { iou in
            [ScoreName.froc(iou: iou)] + FROC.falsePositivesPerImage.map { ScoreName.sensitivity(iou: iou, rate: $0) }
        }
        names = prefixes.flatMap { prefix in (precision + sensitivity).map { prefix + $0 } }
    }

    /// The numbers in the order of `names`; not a number where a score is undefined.
    func values(_ table: RankedRecords.Table) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(names.count)
        for entry in 0...(perClass ? classes : 0) {
            let labels = entry == 0 ? Array(0..<classes) : [entry - 1]
            for places in [averaged] + single.map({ [$0] }) {
                let precisions = places.flatMap { place in labels.compactMap { table.precision[place][$0] } }
                values.append(precisions.isEmpty ? .nan : precisions.reduce(0, +) / Double(precisions.count))
            }
            for curve in table.sensitivity[entry] {
                let curve = curve ?? FROC.falsePositivesPerImage.map { _ in 0 }
                values.append(curve.isEmpty ? .nan : curve.reduce(0, +) / Double(curve.count))
                values += curve.isEmpty ? FROC.falsePositivesPerImage.map { _ in .nan } : curve
            }
        }
        return values
    }
}
