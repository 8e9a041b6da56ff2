import Core
import Foundation

extension Planner {
    /// A plan for people: a short table of what was decided, with the memory that training is expected to take.
    public static func describe(_ plan: Plan) -> String {
        let network = plan.architecture
        let shape = NetworkShape(network)
        var rows: [(String, String)] = [
            ("plan", plan.dataIdentifier),
            ("target spacing", "\(joined(plan.targetSpacing.map { rounded($0) })) mm"),
            ("axis order", joined(plan.transposeForward.map(String.init), " ")),
            ("median image", "\(joined(plan.medianShapeTransposed.map { rounded($0, digits: 0) })) voxels"),
            (
                "normalisation",
                zip(plan.normalizationSchemes, plan.useMaskForNorm).map { $0 + ($1 ? " (inside mask)" : "") }
                    .joined(separator: ", ")
            ),
            ("orientation", plan.orientation ?? "as stored"),
            ("patch × batch", "\(joined(plan.patchSize.map(String.init))) × \(plan.batchSize)"),
            ("strides", network.strides.map { joined($0.map(String.init)) }.joined(separator: ", ")),
            ("kernels", network.convKernels.map { joined($0.map(String.init)) }.joined(separator: ", ")),
            ("channels", "\(joined(shape.encoder.map(String.init), ", ")); decoder \(network.fpnChannels), head \(network.headChannels)"),
            ("detection levels", network.decoderLevels.map(String.init).joined(separator: ", ")),
            ("anchors", anchors(plan)),
            ("augmentation", plan.doDummy2DDataAug ? "within slices" : "in \(plan.dim)D"),
            ("parameters", String(format: "%.1f million", Double(shape.parameters) / 1e6)),
        ]
        if let expectation = plan.expectation { rows += expected(expectation) }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
    }

    private static func expected(_ training: TrainingExpectation) -> [(String, String)] {
        let budget = training.memoryBudget.map { " of \(ByteSize.text($0))" } ?? ""
        var rows = [
            ("planned for", "\(training.target), \(training.precision) precision"),
            ("training memory", "about \(ByteSize.text(training.memory))\(budget)"),
        ]
        let work = String(format: "%.1f teraflop", Double(training.operations) / 1e12)
        rows.append(("training step", training.stepSeconds.map { String(format: "about %.1f s, ", $0) + work } ?? work))
        return rows
    }

    private static func anchors(_ plan: Plan) -> String {
        [plan.anchors.width, plan.anchors.height, plan.anchors.depth].compactMap(\.first)
            .map { sizes in sizes.map { rounded($0) }.joined(separator: "/") }.joined(separator: " × ") + " voxels at the finest level"
    }

    private static func joined(_ parts: [String], _ separator: String = "×") -> String { parts.joined(separator: separator) }

    /// `value` with up to `digits` decimals, without zeros at the end.
    private static func rounded(_ value: Double, digits: Int = 3) -> String {
        var text = String(format: "%.\(digits)f", value)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
