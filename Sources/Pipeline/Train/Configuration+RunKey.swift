import Core

extension Configuration {
    /// The parts of the configuration that determine the weights of a run; threads, device and output places do not.
    var determining: [String] {
        var batches = augmentCfg
        batches.numThreads = 1
        batches.numCachedPerThread = 1
        batches.multiprocessing = true
        var trainer = trainerCfg
        trainer.gpus = 0
        return ["\(seed)", module, plan, "\(augmentation)", "\(batches)", "\(trainer)", "\(modelCfg)", "\(planOverwrites)"]
    }
}
