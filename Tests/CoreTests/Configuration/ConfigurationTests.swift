import Core
import Foundation
import Support
import TestSupport
import Testing

@Suite struct ConfigurationTests {
    let environment = Environment(
        dataFolder: URL(fileURLWithPath: "/data"), modelsFolder: URL(fileURLWithPath: "/models"), numThreads: 5)

    func compose(_ overrides: String...) throws -> Configuration { try .compose(overrides, environment: environment) }

    @Test func defaultsAreThoseOfTheOriginal() throws {
        let configuration = try compose()
        #expect(configuration.exp.id == "RetinaUNetV001_D3V001_3d" && configuration.exp.fold == 0)
        #expect(configuration.host.parentData == "/data" && configuration.host.parentResults == "/models")
        #expect(configuration.prep.crop && configuration.prep.process && !configuration.prep.overwrite)
        #expect(configuration.augmentCfg.numThreads == 5 && configuration.augmentCfg.numTrainBatchesPerEpoch == 2500)
        #expect(configuration.trainerCfg.initialLR == 0.01 && configuration.trainerCfg.weightDecay == 3e-5)
        #expect(configuration.trainerCfg.maxNumEpochs == 50 && configuration.trainerCfg.swaEpochs == 10)
        #expect(configuration.trainerCfg.precision == .half && configuration.trainerCfg.monitorMode == .max)
        #expect(configuration.augmentation.name == "base_more" && configuration.augmentation.scaleRange == 0.7...1.4)
        #expect(configuration.modelCfg == ModelConfiguration())
        #expect(configuration.seed == 0)
    }

    @Test func everyShippedFileComposes() throws {
        for name in ["base_more", "base_more_sol", "base_more_sou", "base_mp", "default", "more", "insane", "mirror_only", "noaug"] {
            #expect(try compose("augmentation=\(name)").augmentation.name == name)
            #expect(try compose("train/augmentation@augmentation=\(name)").augmentation.name == name)
        }
        #expect(try compose("train=smoke").trainerCfg.maxNumEpochs == 2)
        let toy = try compose("train=toy")
        #expect(toy.augmentation.name == "base_more" && toy.planOverwrites.startChannels != nil)
        #expect(try compose("train=toy", "augmentation=noaug").augmentation.name == "noaug")
        let planning = try compose("prep=plan").prep
        #expect(planning.plan && !planning.crop && !planning.analyze && !planning.process && !planning.overwrite)
        #expect(try compose("prep=nothing", "prep.crop=True").prep.crop)
    }

    @Test func overridesAreTypedAndReferencesFollow() throws {
        let configuration = try compose(
            "trainer_cfg.initial_lr=2e-3", "+exp.tag=_a", "plan=D3V001_3dlr1", "trainer_cfg.num_val_batches_per_epoch=7",
            "augment_cfg.patch_size=[32, 64,64]", "model_cfg.plan_arch_overwrites={start_channels: 8}", "seed=12",
            "model_cfg.plan_arch_overwrites.nms_thresh=0.4")
        #expect(configuration.trainerCfg.initialLR == 0.002)
        #expect(configuration.exp.id == "RetinaUNetV001_D3V001_3dlr1_a")
        #expect(configuration.augmentCfg.numValBatchesPerEpoch == 7)
        #expect(configuration.augmentCfg.patchSize == [32, 64, 64])
        #expect(configuration.planOverwrites.startChannels == 8 && configuration.modelCfg.plan_arch_overwrites.nms_thresh == 0.4)
        #expect(configuration.seed == 12)
        // The last one wins.
        #expect(try compose("exp.fold=1", "exp.fold=2").exp.fold == 2)
    }

    @Test(arguments: [
        ("trainer_cfg.inital_lr=0.1", "trainer_cfg.inital_lr: there is no such key (did you mean trainer_cfg.initial_lr?)"),
        ("initial_lr=0.1", "did you mean trainer_cfg.initial_lr?"),
        ("trainer_cgf.initial_lr=0.1", "did you mean trainer_cfg.initial_lr?"),
        ("exp.fold.x=1", "exp.fold"),
        ("model_cfg.plan_arch_overwrites.start_chanels=8", "did you mean model_cfg.plan_arch_overwrites.start_channels?"),
        ("model_cfg.encoder_kwargs.norm=x", "set model_cfg.plan_arch_overwrites"),
        ("exp.fold=one", "exp.fold: is 'one', it must be an integer"),
        ("trainer_cfg.initial_lr=fast", "trainer_cfg.initial_lr: is 'fast', it must be a number"),
        ("trainer_cfg.sgd_nesterov=3", "it must be true or false"),
        ("trainer_cfg=3", "trainer_cfg: is an integer, it must be a map of keys"),
        ("trainer_cfg.precision=64", "it must be 16 or bf16 or 32"),
        ("trainer_cfg.max_num_epochs=0", "it must be at least 1"),
        ("augmentation.p_rot=2", "it must lie between 0.0 and 1.0"),
        ("train=toys", "choose v001, smoke, toy"),
        ("train=deprecated/h0c03", "use train=v001"),
        ("trainer_cfg.amp_level=O2", "use trainer_cfg.precision"),
        ("trainer_cfg.plugins=[]", "does not exist here"),
        ("predictor=X", "does not exist here"),
        ("train.val_test=True", "does not exist here"),
        ("additional_imports=[a]", "does not exist here"),
        ("train.time_budget=soon", "train.time_budget: 'soon' is no span of time"),
        ("train.checkpoint_minutes=0", "train.checkpoint_minutes: is 0.0, it must be above 0"),
        ("model_cfg.classifier=Softmax", "it must be BCE or CE or Focal"),
        ("model_cfg.head_classifier_kwargs.gamma=1", "model_cfg.head_classifier_kwargs.gamma: has no effect with model_cfg.classifier BCE"),
        ("model_cfg.matcher_kwargs.low_threshold=0.1", "has no effect with model_cfg.matcher ATSS"),
        ("model_cfg.decoder_kwargs.norm_fusion=true", "has no effect with model_cfg.decoder_kwargs.num_fusion 0"),
        ("model_cfg.decoder_kwargs.upsampling_mode=cubic", "it must be transpose or nearest or linear"),
        ("model_cfg.decoder_kwargs.num_lateral=0", "it must be at least 1"),
        ("model_cfg.coder_kwargs.weights=[1, 2]", "needs 4 (2D) or 6 (3D) positive numbers"),
        ("trainer_cfg.adamw_eps=1e-6", "has no effect with trainer_cfg.optimizer sgd"),
        ("trainer_cfg.adamw_betas=[1, 0.9]", "below 1"),
        ("trainer_cfg.gradient_clip_val=0", "it must be above 0"),
        (
            "augment_cfg.dataloader_kwargs.memmap_mode=r",
            "augment_cfg.dataloader_kwargs.memmap_mode: this key of the original does not exist here"
        ),
        ("augment_cfg.dataloader_kwargs={pad_kwargs_data: {a: 1}}", "dataloader_kwargs.pad_kwargs_data.a: there is no such key"),
        ("augment_cfg.dataloader_kwargs.pad_kwargs_data.mode=edge", "is 'edge'; patches are filled up with a constant"),
        ("augment_cfg.dataloader_kwargs.pad_kwargs_data.constant_values=.inf", "it must be finite"),
        ("trainer_cfg.sweep_ckpt=first", "trainer_cfg.sweep_ckpt: is 'first', it must be final, last, best or all"),
        ("model_cfg.plan_anchors_overwrites.stride=2", "model_cfg.plan_anchors_overwrites.stride: is 2; anchors stand on every position"),
        ("augment_cfg.dataloader_kwargs.other=1", "there is no such key"),
        ("trainer_cfg.gpus=2", "training on several GPUs is not yet supported"),
        ("host.raw_output_dir=/x", "host.prep_dir"),
        ("host.data_dir=/x", "host.parent_data"),
        ("inference_kwargs.ensemble_on_device=true", "on the processor"),
        ("inference_kwargs.tile_keys=[a]", "one array"),
        ("inference_kwargs.model_keys=[a]", "one array"),
        ("model_cfg.head_kwargs.norm=x", "set head_classifier_kwargs"),
        ("augmentation.selected_seg_channels=[1]", "cases have one channel of labels"),
        ("augmentation.2d_overwrites.rotation_y=[-5, 5]", "has no effect with slices, which turn by"),
        ("augmentation.random_crop_dist_to_border=[5]", "has no effect with augmentation.random_crop false"),
        ("augmentation.border_mode_seg=wrap", "it must be constant or nearest or mirror or reflect or grid-wrap"),
        ("augmentation.transforms_kwargs.p_nois=1", "did you mean augmentation.transforms_kwargs.p_noise?"),
        ("augmentation.transforms_kwargs.p_noise=2", "it must lie between 0.0 and 1.0"),
        ("augmentation.transforms_kwargs.blur_sigma=[-1, 1]", "it must lie between 0.0 and 100.0"),
        ("augmentation.transforms_kwargs.blur_sigma=[0, .inf]", "must be a list of numbers"),
        ("augmentation.transforms_kwargs.low_resolution_zoom=[0, 1]", "it must lie between 0.01 and 10.0"),
        ("augmentation.border_cval_seg=9000000000", "augmentation.border_cval_seg: is 9000000000, it must be at most 255"),
        ("augmentation.scale_range=[0, 1]", "augmentation.scale_range: is [0.0, 1.0], it must lie between 0.01 and 100.0"),
        ("augmentation.elastic_deform_sigma=[-5, 5]", "augmentation.elastic_deform_sigma"),
        ("augmentation.rotation_x=[-1e300, 1e300]", "it must lie between -360.0 and 360.0"),
        ("debug.num_cases_val=-1", "debug.num_cases_val: is -1, it must be at least 1"),
        ("augment_cfg.patch_size=[1099511627776, 1099511627776, 1]", "augment_cfg.patch_size"),
        ("augment_cfg.batch_size=1099511627776", "it must be at most 4096"),
        ("model_cfg.plan_arch_overwrites.detections_per_img=-1", "detections_per_img: is -1, it must be at least 1"),
        ("model_cfg.plan_arch_overwrites.topk_candidates=0", "topk_candidates: is 0, it must be at least 1"),
        ("trainer_cfg.poly_gamma=.nan", "trainer_cfg.poly_gamma: is nan, it must be finite"),
        ("trainer_cfg.max_num_epochs=9000000000000000000", "it must be at most 1000000"),
        ("train.time_budget=99999999999d", "is no span of time"),
        ("exp.fold", "is not of the form key=value"),
        ("~exp.fold=1", "keys cannot be removed"),
        ("exp.id=${exp.nothing}", "refers to ${exp.nothing}, which does not exist"),
        ("exp.tag=${exp.id}", "refers to itself"),
        ("exp.tag=${env:HOME}", "environment variable HOME"),
        ("exp.tag=[1", "not valid YAML"),
    ])
    func mistakesNameTheKey(override: String, message: String) {
        let problem = #expect(throws: Problem.self) { try compose(override) }
        #expect(problem?.description.contains(message) == true, "\(problem?.description ?? "")")
    }

    /// Few characters that stand for more than memory holds.
    @Test func referencesOfReferencesAreBounded() throws {
        func chain(_ count: Int, _ value: (Int) -> String) -> [String] {
            (0..<count).map { "data.k\($0)=\($0 + 1 < count ? value($0 + 1) : "abc")" }
        }
        for overrides in [
            chain(25) { "${data.k\($0)}${data.k\($0)}" }, chain(40) { "${data.k\($0)}" },
            chain(25) { "['${data.k\($0)}', '${data.k\($0)}']" },
        ] {
            #expect { try Configuration.compose(overrides.map { "+\($0)" }, environment: environment) } throws: {
                "\($0)".contains("use fewer references")
            }
        }
        #expect(throws: Never.self) { try Configuration.compose(chain(9) { "${data.k\($0)}x" }.map { "+\($0)" }, environment: environment) }
    }

    @Test func aKeyWithoutEffectMayBeSetToItsDefault() throws {
        #expect(try compose("host.raw_output_dir=${host.prep_dir}/raw").augmentation.name == "base_more")
    }

    @Test(arguments: ["ensemble_on_device=false", "tile_keys=[data]", "model_keys=[data]"])
    func aKeyWithoutEffectMaySayWhatIsDoneAnyway(key: String) throws {
        #expect(try compose("inference_kwargs.\(key)").inferenceKwargs == compose().inferenceKwargs)
    }

    @Test func keysOfAChosenPartAreTaken() throws {
        let model = try compose(
            "model_cfg.classifier=Focal", "model_cfg.head_classifier_kwargs.gamma=1", "model_cfg.regressor=L1",
            "model_cfg.head_regressor_kwargs.beta=0.5", "model_cfg.segmenter=DiceTopK", "model_cfg.segmenter_kwargs.topk=0.2",
            "model_cfg.matcher=IoU", "model_cfg.matcher_kwargs.low_threshold=0.1", "model_cfg.sampler=NoSampler",
            "model_cfg.decoder_kwargs.upsampling_mode=trilinear", "model_cfg.decoder_kwargs.num_out=2"
        ).modelCfg
        #expect(model.classifier == .focal && model.head_classifier_kwargs.gamma == 1)
        #expect(model.regressor == .l1 && model.head_regressor_kwargs.beta == 0.5)
        #expect(model.segmenter == .classesTopK && model.segmenter_kwargs.topk == 0.2)
        #expect(model.matcher == .iou && model.matcher_kwargs.low_threshold == 0.1 && model.sampler == .none)
        #expect(model.decoder_kwargs.upsampling_mode == .linear && model.decoder_kwargs.num_out == 2)
        let trainer = try compose("trainer_cfg.optimizer=adamw", "trainer_cfg.adamw_betas=[0.8, 0.9]", "trainer_cfg.gradient_clip_val=12")
        #expect(trainer.trainerCfg.adamwBetas == [0.8, 0.9] && trainer.trainerCfg.gradientClipVal == 12)
        #expect(throws: Problem.self) { try compose("trainer_cfg.optimizer=adamw", "trainer_cfg.sgd_momentum=0.5") }
    }

    @Test func hostPathsFollowTheParent() throws {
        #expect(try compose("host.parent_data=/other").host.planPath == "/other//preprocessed/D3V001_3d.json")
    }

    @Test func storedConfigurationsComeBack() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let info = DatasetInfo(task: "Task001_A: b", labels: ["x"], modalities: ["CT"])
            let task = TaskFolder(url: URL(fileURLWithPath: "/data/Task001_A"), info: info)
            let original = try Configuration.compose(
                ["train=toy", "exp.tag=_007", "trainer_cfg.warm_lr=1e-7"], environment: environment, task: task)
            let file = folder.appendingPathComponent("config.yaml")
            try AtomicFile.write(Data(original.yaml().utf8), to: file)
            let back = try Configuration.read(file, environment: environment)
            #expect(back == original)
            #expect(back.task == "Task001_A")
            let moved = try Configuration.read(
                file, overrides: ["exp.fold=3"], environment: Environment(dataFolder: folder, modelsFolder: folder))
            #expect(moved.exp.fold == 3 && moved.host.parentData == folder.path && moved.exp.id == original.exp.id)
            #expect(throws: Problem.self) { try Configuration.read(file, overrides: ["train=toy"], environment: environment) }
            let resolved = try Document(yaml: original.resolvedYAML(), named: "resolved")
            #expect(resolved == original.resolved)
        }
    }
}
