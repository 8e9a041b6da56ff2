import Core
import Foundation
import Support
import Testing

@Suite struct ConfigurationOriginsTests {
    let environment = Environment(
        dataFolder: URL(fileURLWithPath: "/data"), modelsFolder: URL(fileURLWithPath: "/models"), numThreads: 5)

    @Test func everyValueNamesItsFile() throws {
        let overrides = ["train=toy", "augmentation=noaug", "exp.fold=2", "model_cfg.plan_arch_overwrites={max_channels: 64}"]
        let origins = try ConfigurationOrigins(overrides)
        for (path, origin) in [
            ("seed", "config.yaml"), ("exp.fold", "-o"), ("exp.id", "config.yaml, ${module}_${plan}${exp.tag}"),
            ("trainer_cfg.precision", "train/toy.yaml"), ("trainer_cfg.initial_lr", "train/v001.yaml"), ("prep.crop", "prep/process.yaml"),
            ("augmentation.do_mirror", "train/augmentation/noaug.yaml"), ("host.parent_data", "config.yaml, ${env:det_data}"),
            ("augment_cfg.augmentation.p_rot", "train/v001.yaml, ${augmentation}"),
            ("model_cfg.plan_arch_overwrites.max_channels", "-o"), ("model_cfg.plan_arch_overwrites.fpn_channels", "train/toy.yaml"),
        ] { #expect(origins.origin(of: path.split(separator: ".").map(String.init)) == origin, "\(path)") }

        // Nothing is without an origin, and comments change nothing.
        let configuration = try Configuration.compose(overrides, environment: environment)
        for leaf in configuration.resolved.leaves() { #expect(origins.origin(of: leaf) != nil, "\(leaf)") }
        let text = configuration.yaml(resolved: true, origins: origins)
        #expect(try Document(yaml: text, named: "printed") == configuration.resolved)
        #expect(try Document(yaml: configuration.yaml(resolved: false, origins: origins), named: "printed") == configuration.document)
        #expect(text.split(separator: "\n").allSatisfy { $0.hasSuffix(":") || $0.contains("# ") })
    }

    @Test func aTaskSaysItsOwn() throws {
        let task = TaskFolder(
            url: URL(fileURLWithPath: "/data/Task001_A"), info: DatasetInfo(task: "Task001_A", labels: ["x"], modalities: ["CT"]))
        let origins = try ConfigurationOrigins(task: task)
        #expect(origins.origin(of: ["task"]) == "Task001_A/dataset" && origins.origin(of: ["data", "dim"]) == "Task001_A/dataset")
    }

    @Test(arguments: [
        ("2h", 7200.0), ("90min", 5400), ("1h30m", 5400), ("1.5 h", 5400), ("45s", 45), ("2d", 172_800), ("1 day 2 hours", 93_600),
    ])
    func spansOfTime(text: String, seconds: Double) throws {
        #expect(try TimeSpan.seconds(text, named: "x") == seconds)
    }

    @Test(arguments: ["", "2", "h", "-2h", "2x", "0h", "1h-", "h2", "1..2h"]) func whatIsNoSpan(text: String) {
        let problem = #expect(throws: Problem.self) { try TimeSpan.seconds(text, named: "train.time_budget") }
        #expect(problem?.subject == "train.time_budget")
    }

    @Test func keysOfATrainingAreTyped() throws {
        let train = try Configuration.compose(
            ["train.time_budget=2h", "train.init_from=/a/model", "train.checkpoint_minutes=2.5"], environment: environment
        ).train
        #expect(train.timeBudget == 7200 && train.initFrom == "/a/model" && train.checkpointMinutes == 2.5)
        let plain = try Configuration.compose(environment: environment).train
        #expect(plain.timeBudget == nil && plain.initFrom == nil && plain.checkpointMinutes == 10)
    }

    @Test func overridesOnTopKeepTheRest() throws {
        let first = try Configuration.compose(["train=toy", "exp.tag=_a"], environment: environment)
        let second = try first.with(["exp.fold=3"], environment: environment)
        #expect(second.exp.fold == 3 && second.exp.id == first.exp.id && second.trainerCfg == first.trainerCfg)
        #expect(try first.with([], environment: environment) == first)
    }
}
