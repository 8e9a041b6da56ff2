import Foundation
import Support

/// A submission to LUNA16 scored by the challenge's rules.
///
/// At most 100 marks of a scan count: those that score more than the 101st. A mark within the radius of a nodule finds it; of several the best
/// score counts and the others are dropped, as are marks on excluded findings. All listed scans count as images.
public struct LunaEvaluation: Sendable {
    public struct Scan: Codable, Sendable, Equatable {
        public let id: String
        public var nodules = 0
        public var candidates = 0
        public var truePositives = 0
        public var falsePositives = 0
        public var missed = 0
        /// Marks on excluded findings, and further marks on a nodule.
        public var ignored = 0
        public var double = 0
    }

    public struct Counts: Codable, Sendable, Equatable {
        public var scans = 0
        public var nodules = 0
        public var candidates = 0
        public var truePositives = 0
        public var falsePositives = 0
        public var missed = 0
        public var ignored = 0
        public var double = 0
    }

    public let scans: [Scan]
    public let counts: Counts
    /// Sensitivity at 1/8, 1/4, 1/2, 1, 2, 4, 8 false positives per scan.
    public let sensitivities: [Double]
    /// Their mean, the competition performance metric.
    public var cpm: Double { sensitivities.reduce(0, +) / Double(sensitivities.count) }
    private let ranking: Ranking

    public static let rates = FROC.falsePositivesPerImage
    static let marksPerScan = 100

    /// - Throws: as `LunaChallenge.marks`.
    public init(_ challenge: LunaChallenge, predictions: URL) throws {
        let marks = try challenge.marks(predictions)
        let scored = try parallelMap(challenge.scans.count) { index in
            Self.scan(challenge.scans[index], marks[index], challenge.nodules[index], challenge.excluded[index])
        }
        scans = scored.map(\.scan)
        counts = scans.reduce(into: Counts()) { sum, scan in
            sum.scans += 1
            sum.nodules += scan.nodules
            sum.candidates += scan.candidates
            sum.truePositives += scan.truePositives
            sum.falsePositives += scan.falsePositives
            sum.missed += scan.missed
            sum.ignored += scan.ignored
            sum.double += scan.double
        }
        let all = scored.enumerated().flatMap { index, item in item.outcomes.map { (score: $0.score, isHit: $0.isHit, scan: index) } }
        let order = all.indices.sorted { (all[$0].score, -$0) > (all[$1].score, -$1) }
        ranking = Ranking(
            scores: order.map { all[$0].score }, cases: order.map { Int32(all[$0].scan) }, hits: order.map { all[$0].isHit ? 1 : 0 },
            thresholds: 1, objects: scans.map { Int32($0.nodules) })
        sensitivities = Self.curve(ranking, ranking.weighting(), Self.rates)
    }

    private static func curve(_ ranking: Ranking, _ weighting: Ranking.Weighting, _ rates: [Double]) -> [Double] {
        FROC.sensitivities(ranking, weighting, threshold: 0, rates: rates) ?? rates.map { _ in 0 }
    }

    /// The sensitivity at any false positives per scan.
    public func curve(at rates: [Double]) -> [Double] { Self.curve(ranking, ranking.weighting(), rates) }

    /// Intervals of the sensitivities and of the CPM by drawing scans, as the challenge does.
    public func intervals(_ bootstrap: Bootstrap) throws -> (
        sensitivities: [(lower: Double, upper: Double)], cpm: (lower: Double, upper: Double)
    ) {
        let ranking = ranking
        let count = scans.count
        let draws = try parallelMap(bootstrap.resamples) { index in
            Self.curve(ranking, ranking.weighting(bootstrap.weights(index, cases: count)), Self.rates)
        }
        return (
            Self.rates.indices.map { rate in bootstrap.interval(draws.map { $0[rate] }) ?? (sensitivities[rate], sensitivities[rate]) },
            bootstrap.interval(draws.map { $0.reduce(0, +) / Double($0.count) }) ?? (cpm, cpm)
        )
    }

    private static func scan(
        _ id: String, _ marks: [LunaChallenge.Mark], _ nodules: [LunaChallenge.Finding], _ excluded: [LunaChallenge.Finding]
    ) -> (scan: Scan, outcomes: [(score: Double, isHit: Bool)]) {
        var scan = Scan(id: id)
        let kept = Self.kept(marks)
        scan.nodules = nodules.count
        scan.candidates = kept.count
        var isUsed = [Bool](repeating: false, count: kept.count)
        var outcomes: [(score: Double, isHit: Bool)] = []
        for nodule in nodules {
            let found = kept.indices.filter { nodule.contains(kept[$0].position) }
            guard let best = found.map({ kept[$0].score }).max() else {
                scan.missed += 1
                continue
            }
            for index in found { isUsed[index] = true }
            scan.truePositives += 1
            scan.double += found.count - 1
            outcomes.append((best, true))
        }
        for finding in excluded {
            for index in kept.indices where !isUsed[index] && finding.contains(kept[index].position) {
                isUsed[index] = true
                scan.ignored += 1
            }
        }
        for index in kept.indices where !isUsed[index] {
            scan.falsePositives += 1
            outcomes.append((kept[index].score, false))
        }
        return (scan, outcomes)
    }

    private static func kept(_ marks: [LunaChallenge.Mark]) -> [LunaChallenge.Mark] {
        guard marks.count > marksPerScan else { return marks }
        let border = marks.map(\.score).sorted(by: >)[marksPerScan]
        return marks.filter { $0.score > border }
    }
}
