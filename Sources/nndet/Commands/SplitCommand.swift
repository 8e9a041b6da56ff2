import ArgumentParser
import Foundation
import Pipeline

/// `nndet cv-split`.
struct SplitCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "cv-split",
        abstract: "Divide the training cases into folds.",
        discussion: """
            Writes preprocessed/splits_final.json, which train and sweep read. Without options it is the split of the Python nnDetection (and \
            the one that train makes where there is none): 5 folds of scikit-learn's KFold. Cases of one patient belong into one fold: name \
            them with --group-pattern or --group-file. --stratify gives every fold nearly the same share of each class and of the cases \
            without objects.

            Examples: nndet cv-split 100 --group-pattern '^(patient[0-9]+)_'
                      nndet cv-split 100 --num-folds 10 --stratify --group-file patients.csv
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @OptionGroup var options: OverwriteOptions

    @Option(name: [.customShort("k"), .customLong("num-folds")], help: ArgumentHelp("Number of folds.", valueName: "n"))
    var numFolds = 5

    @Option(help: "Seed of the shuffling.")
    var seed: UInt32 = 12345

    @Option(
        help: ArgumentHelp(
            "Cases belong together where the first group of this regular expression (or all of it) matches the same in their ids.",
            valueName: "regex"))
    var groupPattern: String?

    @Option(
        help: ArgumentHelp(
            "Which case belongs to which group: JSON ({\"case\": \"group\"}) or CSV (case,group).", valueName: "file"))
    var groupFile: String?

    @Flag(help: "Balance classes and cases without objects over the folds.")
    var stratify = false

    @Option(
        help: ArgumentHelp("Name of the file in preprocessed/; training chooses it with -o augment_cfg.splits=<name>.", valueName: "name"))
    var name = "splits_final"

    @Flag(help: "Replace a split that is there.")
    var overwrite = false

    func validate() throws {
        guard groupPattern == nil || groupFile == nil else { throw ValidationError("--group-pattern and --group-file exclude each other") }
        guard !name.isEmpty, !name.contains("/") else { throw ValidationError("--name must be the name of a file, without a folder") }
    }

    func run(_ context: CommandContext) throws {
        let grouping: CaseGrouping =
            groupPattern.map { .pattern($0) } ?? groupFile.map { .file(URL(fileURLWithPath: $0)) } ?? .none
        try SplitCases(folds: numFolds, seed: seed, grouping: grouping, stratified: stratify, name: name, overwrite: overwrite)
            .run(task, overrides: options.overwrites, context)
    }
}
