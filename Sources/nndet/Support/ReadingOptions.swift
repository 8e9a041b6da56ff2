import ArgumentParser
import Imaging
import Support

/// What the user states about images whose files lack it or contradict themselves.
struct ReadingOptions: ParsableArguments {
    @Flag(help: "Use the sform of NIfTI images whose qform or pixdim contradicts it.")
    var preferSform = false

    @Flag(help: "Use the qform of NIfTI images whose sform contradicts it.")
    var preferQform = false

    @Option(help: ArgumentHelp("Voxel size in mm for images that state none.", valueName: "z,y,x"))
    var assumeSpacing: String?

    @Option(help: ArgumentHelp("Directions of the x, y and z axes for images that state none: LPS, RAS, ….", valueName: "codes"))
    var assumeOrientation: String?

    func validate() throws {
        if preferSform, preferQform { throw ValidationError("give --prefer-sform or --prefer-qform, not both") }
        do { _ = try policy() } catch let problem as Problem { throw ValidationError("\(problem)") }
    }

    func policy() throws -> ReadingPolicy {
        ReadingPolicy(
            preferredForm: preferSform ? .sform : preferQform ? .qform : nil,
            assumedSpacing: try assumeSpacing.map { text in
                try ReadingPolicy.spacing(text.split(separator: ",").map { Double($0) ?? .nan }, named: "--assume-spacing \(text)")
            },
            assumedOrientation: try assumeOrientation.map { try ReadingPolicy.orientation($0, named: "--assume-orientation \($0)") })
    }
}

/// A command that reads images as they come from scanners and other programs.
protocol ReadingCommand: PipelineCommand {
    var reading: ReadingOptions { get }
}
