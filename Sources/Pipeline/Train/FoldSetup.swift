import Augmentation
import Core
import Foundation
import Preprocessing
import Support
import Training

/// What the training of one fold rests on, before there is a network: plan, cases, weights to begin with, folder and identity.
struct FoldSetup {
    let task: TaskFolder
    /// As it was asked for.
    let configuration: Configuration
    /// As the plan lies on disk.
    let planned: Plan
    /// With the configuration's overwrites.
    let plan: Plan
    let splits: Splits
    let fold: Splits.Fold
    let run: RunFolder
    let initialWeights: InitialWeights?
    /// Identifies what determines the weights of the run.
    let key: String
    private let images: URL

    /// - Throws: `Problem` naming the plan, split or file of weights that is missing or cannot be used.
    init(_ task: TaskFolder, _ configuration: Configuration) throws {
        self.task = task
        self.configuration = configuration
        let planFile = URL(fileURLWithPath: configuration.host.planPath)
        guard FileManager.default.fileExists(atPath: planFile.path) else {
            throw Problem(planFile, "no such plan", remedy: "run 'nndet prep' first, or choose another with -o plan=…")
        }
        planned = try Plan.read(from: planFile)
        let overwritten = try configuration.overwriting(planned)
        plan = try Self.sized(overwritten, configuration.augmentCfg)
        images = task.preprocessedImages(plan.dataIdentifier, .train)
        splits = try Self.splits(of: task, plan, configuration)
        fold = try splits.fold(configuration.exp.fold)
        try MonitorKey(configuration, classes: task.info.labels.count).check()
        run = ModelFolder(
            root: URL(fileURLWithPath: configuration.host.parentResults, isDirectory: true), task: task.name, model: configuration.exp.id
        ).fold(configuration.exp.fold)
        initialWeights = try configuration.train.initFrom.map { try InitialWeights($0, fold: configuration.exp.fold) }
        key = try Self.key(configuration, overwritten, fold, initialWeights)
    }

    /// The plan with the patch and batch that are trained.
    private static func sized(_ plan: Plan, _ options: Configuration.BatchOptions) throws -> Plan {
        var plan = plan
        if let patch = options.patchSize { plan = try plan.with(patchSize: patch, named: "augment_cfg.patch_size") }
        if let batch = options.batchSize { plan.batchSize = batch }
        return plan
    }

    /// The folds of the task, made as the original makes them where there are none. A file of another name is never made: it is chosen because it
    /// groups or balances cases.
    static func splits(of task: TaskFolder, _ plan: Plan, _ configuration: Configuration) throws -> Splits {
        let file = try task.existingSplits(configuration.augmentCfg.splits)
        return try Splits.readOrMake(file, ids: PreprocessedCase.ids(in: task.preprocessedImages(plan.dataIdentifier, .train)))
    }

    /// What is unusual about the split, for people.
    func splitNotices() throws -> [String] {
        try splits.notices(ids: PreprocessedCase.ids(in: images), task.splitsFile(configuration.augmentCfg.splits))
    }

    /// Keys of the preprocessed cases that the fold is trained and validated on.
    func dataKeys() throws -> [String: String] {
        var keys: [String: String] = [:]
        for id in fold.train + fold.val {
            let properties: CaseProperties = try JSONFile.read(from: PreparedCase.propertiesFile(id, in: images))
            keys[id] = properties.contentKey ?? ""
        }
        return keys
    }

    /// One key for all of them.
    static func dataKey(_ keys: [String: String]) -> String {
        var key = ContentKey()
        for (id, content) in keys.sorted(by: { $0.key < $1.key }) {
            key.add(id)
            key.add(content)
        }
        return key.text
    }

    private static func key(_ configuration: Configuration, _ plan: Plan, _ fold: Splits.Fold, _ initial: InitialWeights?) throws -> String
    {
        var key = ContentKey()
        for part in configuration.determining { key.add(part) }
        // What the plan expected of the machine does not change the weights.
        var plan = plan
        plan.expectation = nil
        key.add(String(decoding: try JSONFile.encode(plan), as: UTF8.self))
        key.add(String(decoding: try JSONFile.encode(fold), as: UTF8.self))
        if let initial { key.add(try initial.contentKey()) }
        return key.text
    }

    var files: TrainingFiles { TrainingFiles(folder: run.url) }
    var patchSize: [Int] { plan.patchSize }
    var batchSize: Int { plan.batchSize }

    /// Opens the cases of the fold.
    func batches() throws -> FoldBatches {
        try FoldBatches(
            fold, in: images, plan: plan, options: configuration.augmentCfg, augmentation: configuration.augmentation,
            seed: configuration.seed)
    }

    /// Who trains on what, for people.
    var title: String { "fold \(configuration.exp.fold) of \(configuration.exp.id) for \(task.name)" }
}

extension BatchSources {
    /// The batches of a fold, made ahead by the loaders' threads.
    init(_ batches: FoldBatches) {
        self.init(
            training: { LoaderStream(loader: batches.trainingLoader(from: $0, count: $1)) },
            validation: { LoaderStream(loader: batches.validationLoader(epoch: $0, count: $1)) })
    }
}

/// Batches of a loader's threads.
private struct LoaderStream: BatchStream {
    let loader: BatchLoader
    func next() throws -> Batch { try loader.next() }
    var processorSeconds: Double { loader.processorSeconds }
}
