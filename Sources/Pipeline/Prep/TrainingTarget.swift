import Core
import Foundation
import Planning
import Support
import Torch

/// What plans are made for, as `planner_cfg` and `trainer_cfg` say: a GPU of some size, the GPU that is present, or this machine.
struct TrainingTarget: Sendable {
    /// For people, and part of what a plan depends on.
    let name: String
    let memoryBudget: Int
    let processor: MemoryModel.Processor
    let precision: MemoryModel.Precision
    /// Longest step; nil where steps are not timed.
    let maxStepSeconds: Double?

    /// Share of the machine's memory that training may take; the rest is for batches being made, and for others.
    static let shareOfMachine = 0.75

    /// - Throws: `Problem` where `auto` needs libtorch and it is missing, or the GPU does not say how much memory it has.
    init(_ options: Configuration.PlannerOptions, trainer: Configuration.TrainerOptions) throws {
        let wanted: MemoryModel.Precision = trainer.precision == .single ? .full : .mixed
        switch options.memory {
        case .gigabytes(let gigabytes):
            name = "\(gigabytes.formatted(.number.grouping(.never))) GB GPU"
            memoryBudget = PlannerConfiguration.memoryBudget(gigabytes: gigabytes)
            (processor, precision, maxStepSeconds) = (.gpu, wanted, nil)
        case .automatic:
            let device = trainer.gpus > 0 ? try Device.best() : .cpu
            guard device.type == .cuda else {
                try TorchLibrary.open()
                memoryBudget = Int(Double(MemoryGate.machineMemory) * Self.shareOfMachine)
                name = "this machine (\(processorCount) processors, \(ByteSize.text(MemoryGate.machineMemory)))"
                processor = .cpu
                precision = device.supportsBFloat16 ? wanted : .full
                maxStepSeconds = options.maxStepSeconds
                return
            }
            guard let memory = device.memory else {
                throw Problem(
                    "planner_cfg.gpu_memory_gb=auto", "the memory of \(device) is not known",
                    remedy: "say how many gigabytes it has, or set trainer_cfg.gpus=0")
            }
            name = "the GPU of this machine (\(ByteSize.text(memory)))"
            // What the original leaves free.
            memoryBudget = memory - (11 << 20)
            processor = .gpu
            precision = Compute.autocast(trainer.precision, device) == nil ? .full : .mixed
            maxStepSeconds = nil
        }
    }

    /// `configuration` for this target.
    func applied(to configuration: PlannerConfiguration) -> PlannerConfiguration {
        var configuration = configuration
        configuration.target = name
        configuration.memoryBudget = memoryBudget
        configuration.processor = processor
        configuration.precision = precision
        configuration.maxStepSeconds = maxStepSeconds
        return configuration
    }
}
