import Support

/// Everything that can be set, typed: the keys, names and defaults of spec 02.
///
/// Composed from the YAML files shipped with the program and the overrides of the command line; see `compose`.
public struct Configuration: Sendable, Equatable {
    /// The composed keys with `${…}` unresolved, as `config.yaml` keeps them.
    public let document: Document
    /// The same, resolved: `config_resolved.yaml`.
    public let resolved: Document

    /// Full name of the task; nil before a command has looked it up.
    public var task: String?
    /// Of everything random.
    public var seed: UInt64
    public var exp: Experiment
    public var train: Train
    public var host: Host
    public var prep: Prep
    /// Name of the network and its training, `RetinaUNetV001`.
    public var module: String
    /// The plan that is trained, `D3V001_3d` or `D3V001_3dlr1`.
    public var plan: String
    /// The planner that `prep` uses, `D3V001`.
    public var planner: String
    public var plannerCfg: PlannerOptions
    public var augmentation: Augmentation
    public var augmentCfg: BatchOptions
    public var trainerCfg: TrainerOptions
    public var modelCfg: ModelConfiguration
    /// `model_cfg.plan_arch_overwrites` and `plan_anchors_overwrites`; apply them to the plan that a run uses.
    public var planOverwrites: PlanOverwrites
    public var inferenceKwargs: InferenceOptions
    public var debug: Debug

    public struct Experiment: Sendable, Equatable {
        /// Appended to the name of the model.
        public var tag: String
        public var fold: Int
        /// Name of the model's folder, e.g. `RetinaUNetV001_D3V001_3d`.
        public var id: String
    }

    public struct Train: Sendable, Equatable {
        public var mode: Mode
        /// Weights to begin with: a file, or the folder of a trained fold or model.
        public var initFrom: String?
        /// Seconds that the schedule is fitted to; nil leaves it.
        public var timeBudget: Double?
        /// The state is saved at least so often.
        public var checkpointMinutes: Double

        public enum Mode: String, Sendable, CaseIterable {
            /// Goes on with an unfinished run, else starts one.
            case `continue`
            /// Insists that there is a run to go on with.
            case resume
            /// Starts anew.
            case overwrite
        }
    }

    public struct Host: Sendable, Equatable {
        public var parentData: String
        public var parentResults: String
        public var splittedOutputDir: String
        public var croppedOutputDir: String
        public var preprocessedOutputDir: String
        /// The plan that is trained.
        public var planPath: String
    }

    /// The steps of `nndet prep`.
    public struct Prep: Sendable, Equatable {
        /// Does everything anew, whatever lies there.
        public var overwrite: Bool
        public var crop: Bool
        public var analyze: Bool
        public var plan: Bool
        public var process: Bool
    }

    public struct Debug: Sendable, Equatable {
        /// At most so many validation cases in `nndet train --sweep`.
        public var numCasesVal: Int?
    }

    /// Reads the typed values of `resolved`.
    ///
    /// - Throws: `Problem` naming the key that is unknown (and the nearest known one), has the wrong type, or is not supported.
    init(document: Document, resolved: Document, defaults: Document) throws {
        self.document = document
        self.resolved = resolved
        let known = ConfigurationReader.Known()
        let reader = try ConfigurationReader(resolved, known: known)
        task = try reader.optionalText("task")
        _ = reader.free("data")
        let seed = try reader.integer("seed", atLeast: 0)
        self.seed = UInt64(seed)
        let exp = try reader.section("exp")
        self.exp = Experiment(
            tag: try Self.name(exp, "tag", exp.optionalText("tag") ?? ""), fold: try exp.integer("fold", atLeast: 0),
            id: try Self.name(exp, "id", exp.text("id")))
        guard !["", ".", ".."].contains(self.exp.id) else {
            throw Problem(exp.name("id"), "is '\(self.exp.id)', which is no name of a folder")
        }
        train = try Train(reader.section("train"))
        host = try Host(reader.section("host"))
        prep = try Prep(reader.section("prep"))
        module = try reader.text("module")
        plan = try reader.text("plan")
        planner = try reader.text("planner")
        plannerCfg = try PlannerOptions(reader.section("planner_cfg"))
        augmentation = try Augmentation(reader.section("augmentation"))
        augmentCfg = try BatchOptions(reader.section("augment_cfg"))
        let mirrored = resolved.value(at: ["augment_cfg", "augmentation"]) ?? .null
        guard mirrored == .null || mirrored == resolved["augmentation"] else {
            throw Problem(
                "augment_cfg.augmentation", "is another than 'augmentation', which counts",
                remedy: "choose one with augmentation=<name>, and set its keys below 'augmentation'")
        }
        trainerCfg = try TrainerOptions(reader.section("trainer_cfg"))
        let model = try reader.section("model_cfg")
        modelCfg = try ModelConfiguration(model)
        planOverwrites = try PlanOverwrites(
            architecture: model.section("plan_arch_overwrites"), anchors: model.section("plan_anchors_overwrites"))
        inferenceKwargs = try InferenceOptions(reader.section("inference_kwargs"))
        debug = Debug(numCasesVal: try reader.section("debug").optionalInteger("num_cases_val", atLeast: 1))
        try ConfigurationKeys.check(resolved, known: known)
        try ConfigurationKeys.checkSupport(resolved, defaults: defaults)
        try ConfigurationKeys.checkIdle(modelCfg.idleKeys + trainerCfg.idleKeys + augmentation.idleKeys, resolved, defaults: defaults)
    }
}

extension Configuration {
    /// `text`, which becomes part of the name of the model's folder.
    private static func name(_ reader: ConfigurationReader, _ key: String, _ text: String) throws -> String {
        guard !text.contains(where: { $0 == "/" || $0 == "\\" || $0.isNewline || $0 == "\0" }), text.utf8.count <= 200 else {
            throw Problem(
                reader.name(key), "is '\(text.prefix(50))', it must be part of the name of a folder",
                remedy: "leave out '/' and choose the place of models with det_models")
        }
        return text
    }
}

extension Configuration.Host {
    init(_ reader: ConfigurationReader) throws {
        parentData = try reader.text("parent_data")
        parentResults = try reader.text("parent_results")
        splittedOutputDir = try reader.text("splitted_4d_output_dir")
        croppedOutputDir = try reader.text("cropped_output_dir")
        preprocessedOutputDir = try reader.text("preprocessed_output_dir")
        planPath = try reader.text("plan_path")
        for key in ["data_dir", "prep_dir", "raw_output_dir"] { _ = try reader.text(key) }
    }
}

extension Configuration.Train {
    init(_ reader: ConfigurationReader) throws {
        mode = try reader.choice("mode")
        initFrom = try reader.optionalText("init_from")
        timeBudget = try reader.optionalText("time_budget").map { try TimeSpan.seconds($0, named: reader.name("time_budget")) }
        checkpointMinutes = try reader.number("checkpoint_minutes")
        guard checkpointMinutes > 0 else {
            throw Problem(reader.name("checkpoint_minutes"), "is \(checkpointMinutes), it must be above 0")
        }
    }
}

extension Configuration.Prep {
    init(_ reader: ConfigurationReader) throws {
        overwrite = try reader.bool("overwrite")
        crop = try reader.bool("crop")
        analyze = try reader.bool("analyze")
        plan = try reader.bool("plan")
        process = try reader.bool("process")
    }
}
