import ArgumentParser
import Pipeline
import Support

/// `nndet seg2det`.
struct SegmentationCommand: ReadingCommand {
    static let configuration = CommandConfiguration(
        commandName: "seg2det",
        abstract: "Turn semantic labels into objects, in place.",
        discussion: """
            For label maps in raw_splitted/labelsTr and labelsTs that give each voxel a class: connected voxels of one class become an object, \
            numbered from 1, and <case>.json gives the classes. dataset.yaml says what becomes what: seg2det_things (semantic values of the \
            classes, in their order), seg2det_stuff (values that become no objects), min_size (mm) and min_vol (voxels) of the smallest \
            objects.

            The original stays as <case>_orig.nii.gz; --restore takes it back. Cases that have a json are left alone.
            """)

    @Argument(help: ArgumentHelp("Tasks: numbers, names or full names.", valueName: "task"))
    var tasks: [String]

    @OptionGroup var options: OverwriteOptions

    @Flag(help: "Convert cases again that were converted before, from the originals.")
    var overwrite = false

    @Flag(help: "Take the original label maps back and remove what was made of them.")
    var restore = false

    @Flag(help: "Also write raw_splitted/volume_ranking_Tr.json (and _Ts): all objects, smallest first.")
    var volumeRanking = false

    @Option(
        name: [.customLong("num-processes"), .customLong("np", withSingleDash: true)],
        help: ArgumentHelp("Cases at a time. (default: one per processor)", valueName: "n"))
    var numProcesses: Int?

    @OptionGroup(title: "Reading images") var reading: ReadingOptions

    func validate() throws {
        guard !restore || !(overwrite || volumeRanking) else {
            throw ValidationError("--restore goes with neither --overwrite nor --volume-ranking")
        }
        try requirePositive(numProcesses, "--num-processes")
    }

    func run(_ context: CommandContext) throws {
        try SeparateInstances(
            overwrite: overwrite, restores: restore, ranksVolumes: volumeRanking, threads: numProcesses ?? processorCount
        ).run(tasks, overrides: options.overwrites, context)
    }
}
