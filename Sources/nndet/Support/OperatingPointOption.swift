import ArgumentParser
import Pipeline

extension OperatingPointCriterion: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
    public var defaultValueDescription: String { description }
}

/// `--operating-point`.
struct OperatingPointOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the scores of daily use are chosen for: fp-per-scan=<n> (at most so many false positives), sensitivity=<share> (at least so many objects found) or f1.",
            valueName: "criterion"))
    var operatingPoint = OperatingPointCriterion.falsePositivesPerScan(1)
}
