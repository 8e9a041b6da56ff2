import Core
import Foundation
import Support

/// What a model says of itself, for people.
struct ModelDescription {
    let rows: [(name: String, value: String)]

    init(_ bundle: ModelBundle) throws {
        let (plan, info) = (bundle.inference.plan, bundle.info)
        let meta = (try? JSONFile.read(RunMeta.self, from: bundle.run.meta)) ?? RunMeta()
        let results = bundle.run.results(.val).appendingPathComponent("results_boxes.json")
        let scores = (try? JSONFile.read([String: Double?].self, from: results).compactMapValues { $0 }) ?? [:]
        func list(_ numbers: [some Any], _ separator: String = " × ") -> String { numbers.map { "\($0)" }.joined(separator: separator) }
        let bytes = bundle.weights.compactMap { try? FileManager.default.attributesOfItem(atPath: $0.path)[.size] as? Int }.reduce(0, +)
        var rows: [(name: String, value: String)] = [
            ("model", bundle.configuration.exp.id), ("task", info.task),
            ("classes", info.labels.enumerated().map { "\($0.offset) \($0.element)" }.joined(separator: ", ")),
            ("modalities", info.modalities.enumerated().map { "\($0.offset) \($0.element)" }.joined(separator: ", ")),
            ("plan", plan.dataIdentifier), ("target spacing", "\(list(plan.targetSpacing)) mm (z, y, x)"),
            ("patch", "\(list(bundle.configuration.augmentCfg.patchSize ?? plan.patchSize)) voxels"),
            ("orientation", plan.orientation ?? "as stored"),
            ("networks", "\(bundle.weights.count) (\(bundle.weights.map(\.lastPathComponent).joined(separator: ", ")))"),
            ("size", String(format: "%.1f MB", Double(bytes) / 1e6)),
            ("parameters", bundle.isTuned ? "tuned on validation cases" : "not tuned"),
        ]
        for key in ["mAP_IoU_0.10_0.50_0.05_MaxDet_100", "AP_IoU_0.10_MaxDet_100", "FROC_score_IoU_0.10"] {
            if let score = scores[key] { rows.append(("validation \(key)", String(format: "%.4f", score))) }
        }
        rows += Self.operatingPoint(bundle)
        for (name, value) in [
            ("training data", meta.trainingData), ("trained", meta.date), ("trained with nndet of commit", meta.git?.hash),
            ("libtorch", meta.torchVersion),
        ] {
            if let value { rows.append((name, value)) }
        }
        rows.append(("licence of the data", info.licence ?? "not stated; ask its owners before you hand the model on"))
        self.rows = rows
    }

    private static func operatingPoint(_ bundle: ModelBundle) -> [(name: String, value: String)] {
        guard let point = bundle.inference.operatingPoint else { return [("operating point", "none (run 'nndet sweep')")] }
        let rows = point.classes.sorted { $0.key < $1.key }.map { label, threshold in
            let name = bundle.info.labels.indices.contains(label) ? bundle.info.labels[label] : "class \(label)"
            let sensitivity = threshold.sensitivity.map { String(format: "sensitivity %.3f", $0) } ?? "no object to find"
            let value =
                String(format: "score ≥ %.3f: ", threshold.score) + sensitivity
                + String(format: ", %.2f false positives per scan", threshold.falsePositivesPerScan)
            return (name: "  \(name)", value: value)
        }
        return [("operating point", "\(point.criterion), on \(point.scans) validation cases, IoU \(point.overlap)")] + rows
    }
}
