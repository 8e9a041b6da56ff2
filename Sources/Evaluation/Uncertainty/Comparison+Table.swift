import Foundation

extension Comparison {
    /// Scores of both, their difference with its interval, and p, as text.
    ///
    /// - Parameter listsAll: all scores instead of the main ones.
    public func table(listsAll: Bool = false) -> String {
        let main = differences.keys.filter { key in
            ["mAP_IoU_", "AP_IoU_0.10", "AP_IoU_0.50", "FROC_score_IoU_0.10", "FROC_score_IoU_0.50", "sensitivity_IoU_0.10_"].contains {
                key.hasPrefix($0)
            }
        }
        let names = (listsAll ? Array(differences.keys) : main).sorted { Self.order($0) < Self.order($1) }
        let rows = names.compactMap { name in
            differences[name].map { item in
                [
                    name, String(format: "%.4f", item.a), String(format: "%.4f", item.b), String(format: "%+.4f", item.difference),
                    String(format: "%+.4f … %+.4f", item.lower, item.upper), String(format: "%.3f", item.pValue),
                ]
            }
        }
        let head = ["score", "A", "B", "B − A", String(format: "%g %% interval", 100 * confidence), "p"]
        return "\(cases) cases, \(resamples) draws\n" + EvaluationResult.aligned([head] + rows).joined(separator: "\n")
    }

    /// Scores of all classes first, as an evaluation lists them.
    private static func order(_ name: String) -> String {
        let kinds = ["mAP_", "AP_", "FROC_", "sensitivity_"]
        for (place, kind) in kinds.enumerated() where name.hasPrefix(kind) { return "0\(place)\(name)" }
        return "1\(name)"
    }
}
