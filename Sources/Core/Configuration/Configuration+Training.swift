import Support

extension Configuration {
    /// `augment_cfg`: how batches are made.
    public struct BatchOptions: Sendable, Equatable {
        public var numTrainBatchesPerEpoch: Int
        public var numValBatchesPerEpoch: Int
        /// `DataLoader3DFast`, `DataLoader3DOffset` or `DataLoader3DBalanced`, `{}` standing for the dimension.
        public var dataloader: String
        public var oversampleForegroundPercent: Double
        /// Threads that make batches.
        public var numThreads: Int
        public var numCachedPerThread: Int
        public var multiprocessing: Bool
        /// Instead of the plan's, transposed axes.
        public var patchSize: [Int]?
        public var batchSize: Int?
        /// Name of the splits file below `preprocessed`.
        public var splits: String
        /// Intensity of patches beyond the case.
        public var padding: Double

        init(_ reader: ConfigurationReader) throws {
            _ = reader.free("augmentation")
            numTrainBatchesPerEpoch = try reader.integer("num_train_batches_per_epoch", atLeast: 1, atMost: 10_000_000)
            numValBatchesPerEpoch = try reader.integer("num_val_batches_per_epoch", atLeast: 1, atMost: 10_000_000)
            dataloader = try reader.text("dataloader")
            oversampleForegroundPercent = try reader.number("oversample_foreground_percent", in: 0...1)
            padding = try Self.padding(reader.section("dataloader_kwargs").section("pad_kwargs_data"))
            numThreads = try reader.integer("num_threads", atLeast: 1)
            numCachedPerThread = try reader.integer("num_cached_per_thread", atLeast: 1)
            multiprocessing = try reader.bool("multiprocessing")
            patchSize = try reader.optionalIntegers("patch_size")
            if let patchSize, ![2, 3].contains(patchSize.count) || !Plan.isPatchSize(patchSize) {
                throw Problem(
                    reader.name("patch_size"),
                    "is \(patchSize.prefix(4)), it must be one positive integer per axis, of at most 2^31 voxels in all")
            }
            batchSize = try reader.optionalInteger("batch_size", atLeast: 1, atMost: Plan.largestBatch)
            // `splits_final` is the original's other name for the same key.
            let other = try reader.optionalText("splits_final")
            splits = try other ?? reader.text("splits")
        }

        /// Of NumPy's ways to pad an array, the one with a constant.
        private static func padding(_ reader: ConfigurationReader) throws -> Double {
            let mode = try reader.optionalText("mode") ?? "constant"
            guard mode == "constant" else {
                throw Problem(
                    reader.name("mode"), "is '\(mode)'; patches are filled up with a constant", remedy: "use constant, or leave it out")
            }
            let value = try reader.optionalNumber("constant_values") ?? 0
            guard value.isFinite else { throw Problem(reader.name("constant_values"), "is \(value), it must be finite") }
            return value
        }
    }

    /// `trainer_cfg`: schedule, optimiser, device (spec 07).
    public struct TrainerOptions: Sendable, Equatable {
        /// 0: never a GPU; 1: one where there is one.
        public var gpus: Int
        public var precision: Precision
        public var deterministic: Bool
        public var benchmark: Bool
        /// Score that decides which model is the best, and whether its `max` or `min` wins.
        public var monitorKey: String
        public var monitorMode: MonitorMode
        /// Epochs before weight averaging.
        public var maxNumEpochs: Int
        public var numTrainBatchesPerEpoch: Int
        public var numValBatchesPerEpoch: Int
        public var optimizer: Optimizer
        public var initialLR: Double
        public var sgdMomentum: Double
        public var sgdNesterov: Bool
        public var weightDecay: Double
        /// Of AdamW.
        public var adamwBetas: [Double]
        public var adamwEps: Double
        /// Gradients are shortened to this length; nil leaves them.
        public var gradientClipVal: Double?
        /// Iterations of the linear warm-up and its first learning rate.
        public var warmIterations: Int
        public var warmLR: Double
        public var polyGamma: Double
        /// Epochs of weight averaging after `maxNumEpochs`.
        public var swaEpochs: Int
        /// Which models predict in the sweep, together where there are several.
        public var sweepCheckpoints: [Checkpoint]
        /// Score that the sweep over all folds maximises.
        public var evalScoreKey: String

        public enum Precision: String, Sendable, CaseIterable {
            case half = "16"
            case bfloat16 = "bf16"
            case single = "32"
        }

        public enum MonitorMode: String, Sendable, CaseIterable { case max, min }

        public enum Optimizer: String, Sendable, CaseIterable { case sgd, adamw }

        init(_ reader: ConfigurationReader) throws {
            gpus = try reader.integer("gpus", atLeast: 0)
            guard gpus <= 1 else {
                throw Problem(
                    reader.name("gpus"), "is \(gpus); training on several GPUs is not yet supported", remedy: "use 1, or 0 for none")
            }
            precision = try reader.choice("precision")
            deterministic = try reader.bool("deterministic")
            benchmark = try reader.bool("benchmark")
            monitorKey = try reader.text("monitor_key")
            monitorMode = try reader.choice("monitor_mode")
            maxNumEpochs = try reader.integer("max_num_epochs", atLeast: 1, atMost: 1_000_000)
            numTrainBatchesPerEpoch = try reader.integer("num_train_batches_per_epoch", atLeast: 1, atMost: 10_000_000)
            numValBatchesPerEpoch = try reader.integer("num_val_batches_per_epoch", atLeast: 1, atMost: 10_000_000)
            optimizer = try reader.choice("optimizer")
            initialLR = try reader.number("initial_lr", in: 0...1000)
            sgdMomentum = try reader.number("sgd_momentum", in: 0...1)
            sgdNesterov = try reader.bool("sgd_nesterov")
            weightDecay = try reader.number("weight_decay", in: 0...1000)
            adamwBetas = try reader.optionalNumbers("adamw_betas") ?? []
            guard adamwBetas.count == 2, adamwBetas.allSatisfy({ (0..<1).contains($0) }) else {
                throw Problem(reader.name("adamw_betas"), "must be two numbers, at least 0 and below 1")
            }
            adamwEps = try reader.number("adamw_eps", in: 0...1)
            gradientClipVal = try reader.optionalNumber("gradient_clip_val")
            if let gradientClipVal, gradientClipVal <= 0 {
                throw Problem(reader.name("gradient_clip_val"), "is \(gradientClipVal), it must be above 0", remedy: "use null not to clip")
            }
            warmIterations = try reader.integer("warm_iterations", atLeast: 0, atMost: 1_000_000_000)
            warmLR = try reader.number("warm_lr", in: 0...1000)
            polyGamma = try reader.number("poly_gamma")
            swaEpochs = try reader.integer("swa_epochs", atLeast: 0, atMost: 1_000_000)
            sweepCheckpoints = try Checkpoint.some(reader.text("sweep_ckpt"), named: reader.name("sweep_ckpt"))
            evalScoreKey = try reader.text("eval_score_key")
        }
    }

    /// `inference_kwargs`: how `nndet predict` runs the models.
    public struct InferenceOptions: Sendable, Equatable {
        /// Share of a tile that its neighbour covers too.
        public var overlap: Double?
        public var device: String?
        public var doSegmentation: Bool
        /// One weight per model.
        public var modelWeights: [Double]?
        /// How boxes are weighted by their place in the tile: `BoxEnsemblerSelective` or `BoxEnsembler`.
        public var boxEnsembler: String?

        init(_ reader: ConfigurationReader) throws {
            overlap = try reader.optionalNumber("overlap")
            if let overlap, !(0..<1).contains(overlap) {
                throw Problem(reader.name("overlap"), "is \(overlap), it must be at least 0 and below 1")
            }
            device = try reader.optionalText("device")
            doSegmentation = reader.map["do_seg"] == nil ? false : try reader.bool("do_seg")
            modelWeights = try reader.optionalNumbers("model_weights")
            boxEnsembler = try reader.optionalText("box_ensembler")
            for key in ["do_seg", "ensemble_on_device"] where reader.map[key] != nil { _ = try reader.bool(key) }
            reader.known.keys.formUnion(["do_seg", "ensemble_on_device"].map(reader.name))
            for key in ["tile_keys", "model_keys"] { _ = try reader.optionalTexts(key) }
        }
    }
}

/// Which weights of a run are meant.
public enum Checkpoint: String, Sendable, CaseIterable, Codable {
    /// The averaged model (the original calls it `last`).
    case final
    /// The model as it was at the end of the last epoch, not averaged.
    case last
    /// The model with the best validation score.
    case best

    /// Takes the names of the files, too; problems name `name`.
    public init(_ text: String, named name: String) throws {
        guard let value = Checkpoint(rawValue: text.hasPrefix("model_") ? String(text.dropFirst(6)) : text) else {
            throw Problem(name, "is '\(text)', it must be final, last or best")
        }
        self = value
    }

    /// One, or `all` of them; problems name `name`.
    static func some(_ text: String, named name: String) throws -> [Checkpoint] {
        guard text != "all" else { return allCases }
        do { return [try Checkpoint(text, named: name)] } catch {
            throw Problem(name, "is '\(text)', it must be final, last, best or all")
        }
    }
}

extension Configuration.TrainerOptions {
    /// Keys of `trainer_cfg` that the optimiser does not look at, with what makes them so.
    var idleKeys: [(key: String, reason: String)] {
        let names = optimizer == .sgd ? ["adamw_betas", "adamw_eps"] : ["sgd_momentum", "sgd_nesterov"]
        return names.map { ("trainer_cfg.\($0)", "trainer_cfg.optimizer \(optimizer.rawValue)") }
            // What is fastest by the clock is not always the same.
            + (deterministic ? [("trainer_cfg.benchmark", "trainer_cfg.deterministic")] : [])
    }
}
