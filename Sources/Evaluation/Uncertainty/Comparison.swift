import Foundation
import Support

/// Two evaluations of the same cases, score by score, with a paired bootstrap: in every draw both are scored on the same cases.
public struct Comparison: Codable, Sendable, Equatable {
    public struct Difference: Codable, Sendable, Equatable {
        public let a: Double
        public let b: Double
        /// b − a, with its interval.
        public let difference: Double
        public let lower: Double
        public let upper: Double
        /// Two-sided: how often draws lie on the other side of no difference, doubled.
        public let pValue: Double

        enum CodingKeys: String, CodingKey {
            case a, b, difference, lower, upper
            case pValue = "p_value"
        }
    }

    public var formatVersion = 1
    public let resamples: Int
    public let seed: UInt64
    public let confidence: Double
    public let cases: Int
    /// By the keys of the scores.
    public let differences: [String: Difference]

    enum CodingKeys: String, CodingKey {
        case resamples, seed, confidence, cases, differences
        case formatVersion = "format_version"
    }

    /// Compares the evaluations in two folders of results.
    ///
    /// - Throws: `Problem` where one cannot be read, or where they are not of the same cases, objects and thresholds.
    public init(_ a: URL, _ b: URL, bootstrap: Bootstrap = Bootstrap()) throws {
        let first = try MatchRecords.read(in: a)
        let second = try MatchRecords.read(in: b)
        try self.init(first, second.ordered(as: first, named: (a, b)), bootstrap: bootstrap)
    }

    /// - Parameter b: of the same cases in the same order.
    package init(_ a: MatchRecords, _ b: MatchRecords, bootstrap: Bootstrap = Bootstrap()) throws {
        let thresholds = IoUThresholds(.full)
        let names = (0..<a.classes).map(String.init)
        let (first, second) = (RankedRecords(a, thresholds: thresholds), RankedRecords(b, thresholds: thresholds))
        let layout = ScoreLayout(thresholds, maxDetections: a.maxDetections, classNames: names, perClass: true)
        let (ours, theirs) = (layout.values(first.table(perClass: true)), layout.values(second.table(perClass: true)))
        let count = a.caseIDs.count
        let draws = try parallelMap(bootstrap.resamples) { index in
            let weights = bootstrap.weights(index, cases: count)
            let pair = (
                layout.values(first.table(weights: weights, perClass: true)), layout.values(second.table(weights: weights, perClass: true))
            )
            return zip(pair.0, pair.1).map { $1 - $0 }
        }
        var differences: [String: Difference] = [:]
        for (place, name) in layout.names.enumerated() where !ours[place].isNaN && !theirs[place].isNaN {
            let values = draws.map { $0[place] }.filter { !$0.isNaN }
            guard let (lower, upper) = bootstrap.interval(draws.map { $0[place] }) else { continue }
            let side = min(values.count { $0 <= 0 }, values.count { $0 >= 0 })
            // The observed difference counts as a draw, so that p is never zero.
            let p = min(1, 2 * Double(side + 1) / Double(values.count + 1))
            differences[name] = Difference(
                a: ours[place], b: theirs[place], difference: theirs[place] - ours[place], lower: lower, upper: upper, pValue: p)
        }
        self.differences = differences
        resamples = bootstrap.resamples
        seed = bootstrap.seed
        confidence = bootstrap.confidence
        cases = count
    }
}

extension MatchRecords {
    /// The same records with the cases in the order of `other`.
    ///
    /// - Throws: `Problem` naming what the two do not have in common.
    func ordered(as other: MatchRecords, named folders: (other: URL, own: URL)) throws -> MatchRecords {
        func different(_ what: String) -> Problem {
            Problem(
                folders.own, "cannot be compared with \(folders.other.path): \(what)",
                remedy: "evaluate the same cases, labels and options for both")
        }
        guard classes == other.classes else { throw different("\(classes) classes and \(other.classes)") }
        guard thresholds == other.thresholds else { throw different("other IoU thresholds") }
        guard maxDetections == other.maxDetections else {
            throw different("at most \(maxDetections) detections per case count, and \(other.maxDetections)")
        }
        let places = Dictionary(zip(caseIDs, caseIDs.indices), uniquingKeysWith: { first, _ in first })
        let strangers = Set(caseIDs).symmetricDifference(other.caseIDs).sorted()
        guard strangers.isEmpty, caseIDs.count == other.caseIDs.count else {
            throw different("only one has the cases \(strangers.prefix(5).joined(separator: ", "))\(strangers.count > 5 ? ", …" : "")")
        }
        var detections = [[Int]](repeating: [], count: caseIDs.count)
        for (index, item) in cases.enumerated() { detections[Int(item)].append(index) }
        var records = MatchRecords(thresholds: thresholds, maxDetections: maxDetections, classes: classes)
        for (index, id) in other.caseIDs.enumerated() {
            guard let place = places[id] else { throw different("case \(id) is missing") }
            guard objects(inCase: place).elementsEqual(other.objects(inCase: index)) else {
                throw different("case \(id) has other objects")
            }
            records.cases += [Int32](repeating: Int32(index), count: detections[place].count)
            records.caseIDs.append(id)
            records.scores += detections[place].map { scores[$0] }
            records.labels += detections[place].map { labels[$0] }
            records.hits += detections[place].map { hits[$0] }
            records.objects += objects(inCase: place)
        }
        return records
    }
}
