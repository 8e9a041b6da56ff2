import ArgumentParser
import Pipeline

/// `nndet example`.
struct ExampleCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "example",
        abstract: "Make a toy task: cubes and cubes with a tunnel, in noise.",
        discussion: """
            Writes Task000D3_Example below det_data: images, label maps and classes of training and test cases. Each image holds one \
            object of 16 to 31 voxels, of class Square or SquareHole. The same options give the same voxels.
            """)

    @Flag(help: "Make 1000 training and 1000 test cases instead of 10 and 10.")
    var full = false

    @Option(help: "Training cases; overrides --full.")
    var train: Int?

    @Option(help: "Test cases; overrides --full.")
    var test: Int?

    @Option(help: ArgumentHelp("Voxels along each axis, at least 36.", valueName: "voxels"))
    var imageSize = 256

    @Option(help: "Seed of the generator.")
    var seed: UInt64 = 0

    @Option(
        name: [.customLong("num-processes"), .customLong("np", withSingleDash: true)],
        help: ArgumentHelp("Cases made at a time; 0: one per processor.", valueName: "n"))
    var numProcesses = 0

    func run(_ context: CommandContext) throws {
        let cases = full ? 1000 : 10
        try ExampleTask(
            trainCases: train ?? cases, testCases: test ?? cases, imageSize: imageSize, seed: seed, threads: numProcesses
        ).run(context)
    }
}
