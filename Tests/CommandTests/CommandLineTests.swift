import Foundation
import TestSupport
import Testing

@Suite struct CommandLineTests {
    static let commands = [
        "example", "prep", "unpack", "train", "sweep", "consolidate", "predict", "eval", "env", "config", "list", "cv-split", "seg2det",
        "cls2fg", "dataset", "run", "status", "searchpath", "completion", "manual",
    ]

    @Test(arguments: commands)
    func everyCommandExplainsItself(command: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let tool = CommandLineTool(in: folder)
            let help = try tool.run(command, "--help")
            #expect(help.status == 0 && help.errors.isEmpty)
            #expect(help.output.contains("OVERVIEW:") && help.output.contains("USAGE: nndet \(command)"))
            // Every option has an explanation: an entry without one is a line with nothing behind the option's name.
            let entries = help.output.components(separatedBy: "OPTIONS:").last ?? ""
            #expect(entries.contains("--help"))
            let general = try tool.run("--help")
            #expect(general.output.contains("\n  \(command) "))
        }
    }

    @Test(arguments: [
        ("modules", ["RetinaUNetV001"]), ("planners", ["D3V001"]),
        ("augmentations", ["NoAug", "DefaultAug", "BaseMoreAug", "MoreAug", "InsaneAug"]),
        ("loaders", ["DataLoader{}DFast", "DataLoader{}DOffset", "DataLoader{}DBalanced"]),
    ])
    func listNamesWhatCanBeChosen(kind: String, names: [String]) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let lines = try CommandLineTool(in: folder).run("list", kind).output.split(separator: "\n")
            #expect(lines.map { $0.prefix { $0 != " " } } == names.map { $0[...] })
            #expect(lines.allSatisfy { $0.contains("  ") })
        }
    }

    @Test func linksStandForTheirCommand() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var tool = CommandLineTool(in: folder)
            let program = tool.program
            for (name, command) in [
                ("nndet_example", "example"), ("nndet_cls2fg", "cls2fg"), ("nndet_seg2det", "seg2det"), ("nndet_cv_split", "cv-split"),
                ("nndet_cv-split", "cv-split"),
            ] {
                let link = folder.appendingPathComponent(name)
                try FileManager.default.createSymbolicLink(at: link, withDestinationURL: program)
                tool.program = link
                #expect(try tool.run("--help").output.contains("USAGE: nndet \(command)"))
            }
        }
    }

    @Test(arguments: [
        (["blub"], 2, "Unexpected argument 'blub'"),
        (["example", "--trian", "3"], 2, "Unknown option '--trian'"),
        (["example", "--train", "many"], 2, "many"),
        (["config", "-o", "trainer_cfg.inital_lr=0.1"], 1, "did you mean trainer_cfg.initial_lr?"),
        (["config", "-o", "exp.fold=x"], 1, "exp.fold: is 'x', it must be an integer"),
        (["config", "77"], 1, "no such task"),
    ])
    func mistakesAreOneLine(arguments: [String], status: Int, message: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let result = try CommandLineTool(in: folder).run(arguments)
            #expect(Int(result.status) == status)
            #expect(result.errors.split(separator: "\n").count == 1 && result.errorLines.count == 1, "\(result.errors)")
            #expect(result.errors.contains(message), "\(result.errors)")
            #expect(result.output.isEmpty)
        }
    }

    @Test func hyphensAndUnderscoresAreTheSame() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let tool = CommandLineTool(in: folder)
            for spelling in ["--image_size", "--image-size"] {
                #expect(try tool.run("example", spelling, "3").errors.contains("--image-size: is 3"))
            }
        }
    }

    @Test func unsetPathsAreTold() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var tool = CommandLineTool(in: folder)
            tool.environment["det_data"] = nil
            tool.environment["det_models"] = nil
            let result = try tool.run("config", "12", in: folder)
            #expect(result.errors.contains("note: det_data is not set, using ./nndet_data\n"))
            #expect(result.errors.contains("note: det_models is not set, using ./nndet_models\n"))
            #expect(
                result.errors.contains("no such task in \(folder.path)/nndet_data") || result.errors.contains("nndet_data; there are none"))
        }
    }

    @Test func configPrintsWhatIsComposed() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let result = try CommandLineTool(in: folder).run("config", "-o", "train=toy", "exp.tag=_x", "exp.fold=2")
            #expect(result.status == 0)
            let lines = result.output.split(separator: "\n")
            func line(_ start: String) -> String { lines.first { $0.hasPrefix(start) }.map(String.init) ?? "" }
            #expect(line("  id: RetinaUNetV001_D3V001_3d_x ").hasSuffix("# config.yaml, ${module}_${plan}${exp.tag}"))
            #expect(line("  fold: 2 ").hasSuffix("# -o"))
            #expect(line("  max_num_epochs: 10 ").hasSuffix("# train/toy.yaml"))
            #expect(line("  initial_lr: 0.01 ").hasSuffix("# train/v001.yaml"))
            // Comments do not change what YAML says.
            let whole = try CommandLineTool(in: folder).run("config", "--unresolved")
            #expect(whole.output.contains("  id: ${module}_${plan}${exp.tag} "))
        }
    }

    /// Measured warm and at its best: the machine may be busy.
    @Test func helpIsFast() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let tool = CommandLineTool(in: folder)
            let clock = ContinuousClock()
            let times = try (0..<5).map { _ in try clock.measure { _ = try tool.run("--help") } }
            #expect((times.min() ?? .seconds(1)) < .milliseconds(150))
        }
    }
}
