import Core
import Foundation
import Planning
import Support
import Torch
import Training

/// `nndet train --dry-run`: what a training would take, found out by one step of it. Writes nothing.
struct DryRun {
    let setup: FoldSetup
    let compute: Compute
    let shouldStop: @Sendable () -> Bool

    private var configuration: Configuration { setup.configuration }

    func run(_ context: CommandContext) throws {
        try TorchLibrary.setThreadCount(processorCount)
        let sources = BatchSources(try setup.batches())
        let before = Self.residentMemory
        let trial = try TrainingTrial(setup: setup, compute: compute, shouldStop: shouldStop).run(sources, seconds: 0, steps: 1)
        let measured = try compute.device.peakMemory() ?? Self.peakMemory.flatMap { peak in before.map { peak - $0 } }
        var size = ScheduleSize(configuration)
        if let budget = configuration.train.timeBudget { size = try size.fitted(to: budget, at: trial.speed) }
        let hours = size.seconds(at: trial.speed) / 3600
        let folds = setup.splits.folds.count
        let losses = trial.losses.filter { $0.key != "loss" }.sorted { $0.key < $1.key }

        context.log.info("dry run of \(setup.title); nothing is written")
        for (name, text) in [
            ("cases", "\(setup.fold.train.count) for training, \(setup.fold.val.count) for validation"),
            ("patch", setup.patchSize.map(String.init).joined(separator: " × ") + ", batch \(setup.batchSize)"),
            ("network", "\(trial.parameters) parameters, on \(compute.description)"),
            ("memory", "\(ByteSize.text(predictedMemory)) predicted" + (measured.map { ", \(ByteSize.text($0)) measured" } ?? "")),
            (
                "step",
                String(
                    format:
                        "%.2f s, %.2f images/s, %.0f %% waiting for data, loading %.1f %% of its processor time; a validation batch %.2f s",
                    trial.speed.step,
                    Double(setup.batchSize) / trial.speed.step, 100 * trial.speed.waitingShare, 100 * trial.speed.loadingShare,
                    trial.speed.validationBatch)
            ),
            (
                "losses",
                String(format: "%.3f: ", trial.losses["loss"] ?? .nan)
                    + losses.map { String(format: "%@ %.3f", $0.key, $0.value) }.joined(separator: ", ")
            ),
            ("schedule", "\(size.text), \(size.validationBatches) validation batches each: \(size.iterations) steps"),
            ("time", String(format: "%.1f hours per fold, %.1f hours for all %d", hours, hours * Double(folds), folds)),
            ("disk", "\(ByteSize.text(disk(trial.parameters))) per fold"),
        ] { context.log.info("  \(name.padding(toLength: 10, withPad: " ", startingAt: 0))\(text)") }
    }

    private var predictedMemory: Int { compute.memoryModel.estimate(PlanCandidate(setup.plan, configuration)).total }

    /// Three models, and the state to go on from: weights, the optimiser's numbers, and the average.
    private func disk(_ parameters: Int) -> Int {
        let options = configuration.trainerCfg
        let state = 1 + (options.optimizer == .sgd ? 1 : 2) + (options.swaEpochs > 0 ? 1 : 0)
        return 4 * parameters * (3 + state)
    }

    /// Bytes of this process in memory, now and at most.
    private static var residentMemory: Int? { status("VmRSS:") }
    private static var peakMemory: Int? { status("VmHWM:") }

    private static func status(_ name: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes << 10
    }
}
