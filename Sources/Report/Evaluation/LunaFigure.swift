import Evaluation
import Foundation

extension Figure {
    /// The FROC curve of a LUNA16 submission with the interval of each of its seven points.
    public static func luna(_ evaluation: LunaEvaluation, intervals: [(lower: Double, upper: Double)]) -> Figure {
        let rates: [Double] = (0...192).map { pow(2, -3 + Double($0) / 32) }
        let band = zip(LunaEvaluation.rates, intervals).map { (x: $0, lower: $1.lower, upper: $1.upper) }
        let points = zip(LunaEvaluation.rates, evaluation.sensitivities).map { (x: $0, y: $1) }
        return Figure(
            "FROC",
            Chart(
                title: String(format: "LUNA16: CPM %.4f", evaluation.cpm),
                subtitle: "\(evaluation.counts.scans) scans, \(evaluation.counts.nodules) nodules; band: bootstrap over scans",
                x: .doublings("false positives per scan", -3...3), y: .linear("sensitivity", 0...1, count: 5),
                layers: [
                    .band(band), .line(Array(zip(rates, evaluation.curve(at: rates))).map { (x: $0, y: $1) }), .points(points, radius: 3.5),
                ]))
    }
}
