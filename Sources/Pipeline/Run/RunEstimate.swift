import Core
import Foundation
import Inference
import Planning
import Support
import Torch
import Training

/// What a cross-validation on a plan will take, before any of it is done.
struct RunEstimate {
    /// Folds that are trained, and devices that train one at a time.
    let folds: Int
    let devices: Int
    /// Bytes that a training step takes at its peak.
    let memory: Int
    /// Schedule of each fold, fitted to the budget where there is one.
    let schedule: ScheduleSize
    let speed: TrainingSpeed
    /// Seconds of the training of one fold.
    let foldSeconds: Double
    /// Seconds that it may take; nil for the whole schedule.
    let foldBudget: Double?
    /// Seconds of the predictions of all validation cases, and of the test images.
    let validationSeconds: Double
    let testSeconds: Double

    /// Folds that a device trains one after the other.
    private static func rounds(_ folds: Int, _ devices: Int) -> Int { (folds + devices - 1) / devices }

    /// Seconds of everything behind preprocessing.
    var seconds: Double {
        foldSeconds * Double(Self.rounds(folds, devices)) + validationSeconds / Double(min(folds, devices)) + testSeconds
    }

    /// - Parameters:
    ///   - plan: gives patch, tiles and, unless `configuration` does, the batch.
    ///   - configuration: gives the schedule.
    ///   - step: seconds of one training step.
    ///   - memory: bytes that it takes at its peak.
    ///   - folds: those that are trained.
    ///   - devices: those that train, one fold at a time each.
    ///   - validationCases: images that the trained folds validate; each is validated in one fold.
    ///   - testCases: images that all folds predict.
    ///   - transforms: mirrorings of each image.
    ///   - budget: seconds for everything; nil for the whole schedule.
    ///   - spent: seconds of it that are gone.
    /// - Throws: `Problem` where the budget is too short.
    init(
        plan: Plan, configuration: Configuration, step: Double, memory: Int, folds: Int, devices: Int, validationCases: Int, testCases: Int,
        transforms: Int, budget: Double?, spent: Double
    ) throws {
        self.folds = folds
        self.devices = devices
        self.memory = memory
        let batch = configuration.augmentCfg.batchSize ?? plan.batchSize
        // A forward pass is a third of a step.
        speed = TrainingSpeed(step: step, validationBatch: step / 3)
        let patch = step / 3 / Double(batch)
        let tiles = Self.tiles(plan, configuration)
        validationSeconds = Double(validationCases * 8) * Double(tiles) * patch
        testSeconds = Double(testCases * transforms * folds) * Double(tiles) * patch
        let whole = ScheduleSize(configuration)
        guard let budget else {
            schedule = whole
            foldSeconds = whole.seconds(at: speed)
            foldBudget = nil
            return
        }
        let predictions = validationSeconds / Double(min(folds, devices)) + testSeconds
        let left = budget - spent - predictions
        guard left > 0 else {
            throw Problem(
                "--time-budget \(ProgressReporter.duration(budget))",
                "is too short: \(ProgressReporter.duration(spent)) are spent, and predictions alone take about "
                    + ProgressReporter.duration(predictions), remedy: "give more time, fewer --folds, or --num-tta 1")
        }
        let perFold = left / Double(Self.rounds(folds, devices))
        schedule = try whole.fitted(to: perFold, at: speed)
        foldSeconds = schedule.seconds(at: speed)
        foldBudget = perFold
    }

    /// Tiles of a case of typical size.
    private static func tiles(_ plan: Plan, _ configuration: Configuration) -> Int {
        func voxels(_ sizes: [Int]) -> SIMD3<Int> { SIMD3(sizes[0], sizes.count > 1 ? sizes[1] : 1, sizes.count > 2 ? sizes[2] : 1) }
        let shape = plan.medianShapeTransposed.map { max(1, Int($0.rounded())) }
        guard !shape.isEmpty, !plan.patchSize.isEmpty else { return 1 }
        return TileGrid.count(shape: voxels(shape), patchSize: voxels(plan.patchSize))
    }

    /// For people: one row per thing that it takes.
    var rows: [(name: String, value: String)] {
        func hours(_ seconds: Double) -> String { ProgressReporter.duration(seconds) }
        let places = devices > 1 ? ", on \(min(folds, devices)) devices at a time" : ""
        return [
            ("memory", "about \(ByteSize.text(memory)) for each training"),
            ("schedule", "\(schedule.text): \(schedule.iterations) steps of about \(String(format: "%.2f", speed.step)) s"),
            ("training", "about \(hours(foldSeconds)) per fold, \(folds) fold\(folds == 1 ? "" : "s")\(places)"),
            ("validation", "about \(hours(validationSeconds)) for the predictions that inference is tuned on"),
            ("test images", testSeconds > 0 ? "about \(hours(testSeconds))" : "none"),
            ("together", String(format: "about %.1f hours", seconds / 3600)),
        ]
    }
}

extension RunEstimate {
    /// Seconds of a training step of `plan` where it is going to run: what was measured for the plan, or measured now.
    ///
    /// On a CPU a small patch of the same network is timed and scaled by the work; on a GPU, where small patches tell little, the whole step.
    static func stepSeconds(_ plan: Plan, _ configuration: Configuration, _ compute: Compute) throws -> Double {
        let onCPU = compute.device.type == .cpu
        let candidate = PlanCandidate(plan, configuration)
        if onCPU, let measured = plan.expectation?.stepSeconds, candidate.patchSize == plan.patchSize, candidate.batchSize == plan.batchSize
        {
            return measured
        }
        let model = compute.memoryModel
        let sample = onCPU ? candidate.sample(voxels: 48 * 48 * 48) : candidate
        let seconds = try compute.withinMemory {
            try StepTiming.seconds(sample, on: compute.device, autocast: compute.autocast)
        }
        return seconds * model.work(candidate).cost / model.work(sample).cost
    }
}
