import ArgumentParser
import Foundation
import Pipeline

/// `nndet show-augmentation`.
struct ShowAugmentationCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "show-augmentation",
        abstract: "Draw patches before and after augmentation, with their boxes.",
        discussion: """
            A contact sheet for looking: each row is one place of a case, placed for an object as in training, first as it is and then as \
            training might see it. Needs the preprocessed and unpacked cases of the task. All keys of the configuration count, such as \
            augmentation.rotation_x=[-45,45] or augment_cfg.dataloader.

            Examples: nndet show-augmentation 100
                      nndet show-augmentation 100 --config insane --places 6 --output insane.png
                      nndet show-augmentation 100 -o augmentation.p_rot=1 augmentation.do_mirror=false
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @OptionGroup var options: OverwriteOptions

    @Option(help: ArgumentHelp("Augmentation by name; the same as -o augmentation=<name>.", valueName: "name"))
    var config: String?

    @Option(help: ArgumentHelp("Rows: places that are shown.", valueName: "n"))
    var places = 4

    @Option(help: ArgumentHelp("Columns after the first: how often each place is changed.", valueName: "n"))
    var variants = 5

    @Option(help: ArgumentHelp("Cases that places are taken from (default: all).", valueName: "id,…"))
    var cases: String?

    @Option(help: "Modality that is shown, from 0.")
    var channel = 0

    @Option(help: "Seed of places and changes (default: the configuration's).")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Picture to write, .png, .svg or .pdf (default: preprocessed/analysis/<plan>/augmentation_<name>.png of the task).",
            valueName: "file"))
    var output: String?

    func validate() throws {
        try requirePositive(places, "--places")
        try requirePositive(variants, "--variants")
        guard channel >= 0 else { throw ValidationError("--channel counts from 0") }
    }

    func run(_ context: CommandContext) throws {
        let ids = cases.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty } }
        try ShowAugmentation(
            places: places, variants: variants, channel: channel, cases: ids, seed: seed,
            output: output.map { URL(fileURLWithPath: $0) }
        ).run(task, overrides: (config.map { ["augmentation=\($0)"] } ?? []) + options.overwrites, context)
    }
}
