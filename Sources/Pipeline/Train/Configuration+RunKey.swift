import Core

extension Configuration {
    /// The parts of the configuration that determine the weights of a run; threads, device and output places do not.
    ///
    /// Weights to begin with count by their content, which the configuration does not know.
    var determining: [String] {
        var batches = augmentCfg
        batches.numThreads = 1
        batches.numCachedPerThread = 1
        batches.multiprocessing = true
        var trainer = trainerCfg
        trainer.gpus = 0
        trainer.benchmark = false
        let parts = ["\(seed)", module, plan, "\(augmentation)", "\(batches)", "\(trainer)", "\(modelCfg)", "\(planOverwrites)"]
        return parts + (train.timeBudget.map { ["\($0)"] } ?? [])
    }
}
