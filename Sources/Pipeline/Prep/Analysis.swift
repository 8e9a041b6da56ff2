import Core
import Foundation
import Planning
import Report
import Support

/// Draws the objects of a task as a plan sees them: `preprocessed/analysis/<plan>/`.
struct Analysis {
    let task: TaskFolder
    let plan: Plan

    /// Draws where the fingerprint or the plan has changed since, or a picture is missing.
    func run(_ fingerprint: Fingerprint, overwrite: Bool) throws -> Bool {
        let folder = task.preprocessed.appendingPathComponent("analysis", isDirectory: true)
            .appendingPathComponent(plan.dataIdentifier, isDirectory: true)
        let statistics = statistics(fingerprint)
        let keyFile = folder.appendingPathComponent("analysis.json")
        let key = key(statistics)
        let names = AnalysisPlots.names(dimension: plan.dim).flatMap { ["\($0).png", "\($0).svg"] }
        let isComplete = names.allSatisfy { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
        if !overwrite, isComplete, let known: String = try? JSONFile.read(from: keyFile), known == key { return false }
        try AtomicFile.createFolder(folder)
        AtomicFile.removeLeftovers(in: folder)
        try AnalysisPlots(statistics).write(to: folder)
        try JSONFile.write(key, to: keyFile)
        return true
    }

    private func key(_ statistics: ObjectStatistics) -> String {
        var key = ContentKey()
        key.add("analysis 1 \(statistics)")
        return key.text
    }

    func statistics(_ fingerprint: Fingerprint) -> ObjectStatistics {
        let dimension = plan.dim
        let objects = ScaledObjects(fingerprint, target: plan.targetSpacing, transposeForward: plan.transposeForward)
        func millimetres(_ size: SIMD3<Float>) -> SIMD3<Double> {
            var result = SIMD3<Double>(size)
            for axis in 0..<dimension { result[axis] *= plan.targetSpacingTransposed[axis] }
            return result
        }
        var anchors: [SIMD3<Double>] = []
        if dimension == 3 {
            for level in plan.anchors.width.indices {
                for a in plan.anchors.width[level] {
                    for b in plan.anchors.height[level] {
                        for c in plan.anchors.depth[level] { anchors.append(millimetres(SIMD3(Float(a), Float(b), Float(c)))) }
                    }
                }
            }
        }
        return ObjectStatistics(
            plan: plan.dataIdentifier, axes: (0..<dimension).map(axisName), spacing: plan.targetSpacingTransposed,
            sizes: objects.all.map { millimetres($0.size) },
            ordinary: objects.ordinary(dim: dimension).map { millimetres($0.size) }, anchors: anchors,
            classes: fingerprint.classNames.sorted { $0.key < $1.key }.map { ($0.value, fingerprint.numInstances[$0.key] ?? 0) },
            instancesPerCase: fingerprint.caseIDs.map { fingerprint.cases[$0]?.boxes.count ?? 0 })
    }

    /// The axis by number, and by direction in the patient where all images share one.
    private func axisName(_ axis: Int) -> String {
        let names: [Character: String] = [
            "L": "left–right", "R": "left–right", "P": "front–back", "A": "front–back", "S": "head–foot", "I": "head–foot",
        ]
        // Axis codes begin with the fastest axis.
        guard let codes = plan.orientation.map({ Array($0.reversed()) }), codes.count == 3, plan.dim == 3,
            let name = names[codes[plan.transposeForward[axis]]]
        else { return "axis \(axis)" }
        return "axis \(axis) (\(name))"
    }
}
