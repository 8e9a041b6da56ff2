import ArgumentParser
import Foundation
import Pipeline
import Support

/// Options of all commands that make a task of somebody's own images.
struct OwnDataArguments: ParsableArguments {
    @Argument(help: "Full name of the task, e.g. Task100_Lung.")
    var task: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Images, folders of them, or DICOM folders; with several modalities named <case>_0000, <case>_0001, ….", valueName: "path"))
    var images: [String]

    @Option(help: ArgumentHelp("Names of the modalities, in their order. CT chooses the normalisation of CT images.", valueName: "a,b,…"))
    var modalities: String

    @Flag(help: "Cases without annotation show no object; without this they are an error.")
    var missingAsEmpty = false

    @Flag(help: "They are test cases.")
    var test = false

    @Option(help: ArgumentHelp("Where the task is made. (default: det_data)", valueName: "folder"))
    var data: String?

    @Option(
        name: [.customLong("num-processes"), .customLong("np", withSingleDash: true)],
        help: ArgumentHelp("Cases at a time. (default: one per processor)", valueName: "n"))
    var numProcesses: Int?

    func validate() throws {
        try requirePositive(numProcesses, "--num-processes")
        if images.isEmpty { throw ValidationError("--images needs at least one path") }
        if names(modalities).isEmpty { throw ValidationError("--modalities needs at least one name") }
    }

    func names(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    var ownData: OwnDataTask {
        var own = OwnDataTask(name: task, images: images.map { URL(fileURLWithPath: $0) }, modalities: names(modalities))
        own.split = test ? .test : .train
        own.missingAsEmpty = missingAsEmpty
        own.data = data.map { URL(fileURLWithPath: $0, isDirectory: true) }
        if let numProcesses { own.threads = numProcesses }
        return own
    }
}

/// `1=nodule,2=mass`, or names alone, which count from 1.
struct NamedValues: ExpressibleByArgument {
    let values: [(value: Int, name: String)]

    init?(argument: String) {
        var values: [(value: Int, name: String)] = []
        for (index, part) in argument.split(separator: ",").enumerated() {
            let sides = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard let value = sides.count == 2 ? Int(sides[0]) : index + 1, value > 0, let name = sides.last, !name.isEmpty else {
                return nil
            }
            values.append((value, name))
        }
        guard !values.isEmpty, Set(values.map(\.value)).count == values.count else { return nil }
        self.values = values
    }
}
