import Core
import Torch
import Training

extension TrainerSettings {
    /// As `trainer_cfg`, `augment_cfg` and `train` say.
    package init(_ configuration: Configuration, _ compute: Compute, verbose: Bool) {
        let options = configuration.trainerCfg
        let size = ScheduleSize(configuration)
        self.init(
            schedule: LearningRateSchedule(
                initial: options.initialLR, warmUpRate: options.warmLR, warmUpIterations: size.warmUpIterations, gamma: options.polyGamma,
                iterationsPerEpoch: size.trainingBatches, epochs: size.epochs, averagingEpochs: size.averagingEpochs))
        optimiser = options.optimizer == .sgd ? .sgd : .adamw
        momentum = options.sgdMomentum
        nesterov = options.sgdNesterov
        weightDecay = options.weightDecay
        betas = (options.adamwBetas[0], options.adamwBetas[1])
        epsilon = options.adamwEps
        clipNorm = options.gradientClipVal
        lossScaler = compute.autocast == .float16 ? LossScaler() : nil
        validationBatches = size.validationBatches
        monitorKey = options.monitorKey
        monitorsMaximum = options.monitorMode == .max
        autocast = compute.autocast
        device = compute.device
        seed = configuration.seed
        checkpointInterval = .seconds(60 * configuration.train.checkpointMinutes)
        self.verbose = verbose
    }
}

extension ScheduleSize {
    /// As `trainer_cfg` and `augment_cfg` say.
    init(_ configuration: Configuration) {
        self.init(
            epochs: configuration.trainerCfg.maxNumEpochs, averagingEpochs: configuration.trainerCfg.swaEpochs,
            trainingBatches: configuration.augmentCfg.numTrainBatchesPerEpoch,
            validationBatches: configuration.augmentCfg.numValBatchesPerEpoch, warmUpIterations: configuration.trainerCfg.warmIterations)
    }

    /// The same as overrides of a configuration.
    var overrides: [String] {
        let parts = ["trainer_cfg", "augment_cfg"].flatMap {
            ["\($0).num_train_batches_per_epoch=\(trainingBatches)", "\($0).num_val_batches_per_epoch=\(validationBatches)"]
        }
        return parts + [
            "trainer_cfg.max_num_epochs=\(epochs)", "trainer_cfg.swa_epochs=\(averagingEpochs)",
            "trainer_cfg.warm_iterations=\(warmUpIterations)",
        ]
    }
}
