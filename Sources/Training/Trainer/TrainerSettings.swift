import Torch

/// How a network is trained; the names follow `trainer_cfg` (spec 02).
public struct TrainerSettings: Sendable {
    public enum OptimiserKind: String, Sendable, CaseIterable {
        case sgd
        case adamw
    }

    public var schedule: LearningRateSchedule
    public var optimiser: OptimiserKind = .sgd
    public var momentum = 0.9
    public var nesterov = true
    public var weightDecay = 3e-5
    /// Of AdamW: decay of the running means of gradients and of their squares, and what is added to the root of the latter.
    public var betas = (0.9, 0.999)
    public var epsilon = 1e-8
    /// Gradients are shortened to this length; nil leaves them.
    public var clipNorm: Double?
    /// Scales the loss for training in half precision; nil where the numbers of gradients reach far enough.
    public var lossScaler: LossScaler?
    public var validationBatches = 100
    public var monitorKey = "mAP_IoU_0.10_0.50_0.05_MaxDet_100"
    public var monitorsMaximum = true
    /// Element type of convolutions; nil computes in float32.
    public var autocast: DType?
    public var device: Device = .cpu
    public var seed: UInt64 = 0
    /// The state is saved at least so often, besides after every epoch.
    public var checkpointInterval = Duration.seconds(600)
    /// The schedule's numbers where they were fitted to a time budget; kept in the checkpoint.
    public var fitted: ScheduleSize?
    /// Stands before the progress of an epoch, where several runs share a terminal.
    public var title = ""
    public var verbose = true

    public init(schedule: LearningRateSchedule) { self.schedule = schedule }
}
