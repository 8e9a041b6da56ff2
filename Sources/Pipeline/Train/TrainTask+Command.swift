import Core
import Foundation
import Training

/// Training stopped because the user asked for it; its state is saved.
public typealias Interrupted = TrainingInterrupted

extension TrainTask {
    /// The command: finds the task, trains, and sweeps afterwards where `sweeps` says so.
    public static func run(
        _ task: String, overrides: [String], sweeps: Bool, shouldStop: @escaping () -> Bool, _ context: CommandContext
    ) throws {
        let (folder, configuration) = try TaskSelection.task(task, overrides: overrides, context)
        let run = try TrainTask(task: folder, configuration: configuration, shouldStop: shouldStop).run(context)
        guard sweeps else { return }
        let model = ModelFolder(url: run.url.deletingLastPathComponent())
        try SweepTask(task: folder, model: model, fold: configuration.exp.fold, caseLimit: configuration.debug.numCasesVal).run(context)
    }
}
