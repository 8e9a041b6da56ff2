import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// What is wrong with the data is told in one line that names the file, and nothing is lost.
@Suite struct BadInputTests {
    struct Mistake: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What the error must name.
        let names: [String]
        var options: [String] = []
        let make: @Sendable (TinyTask) throws -> Void
    }

    private static func truncate(_ url: URL) throws {
        let data = try Data(contentsOf: url)
        try data.prefix(data.count / 2).write(to: url)
    }

    private static func image(_ task: TinyTask, _ index: Int, _ change: (inout Image<Float>) -> Void) throws {
        var image = try ImageReader().read(task.image(index))
        change(&image)
        try ImageWriter.write(image, to: task.image(index))
    }

    static let mistakes: [Mistake] = [
        Mistake(testDescription: "missing label map", names: ["case_3.nii.gz", "no label map"]) {
            try FileManager.default.removeItem(at: $0.label(3))
        },
        Mistake(testDescription: "missing label json", names: ["case_3.json"]) {
            try FileManager.default.removeItem(at: $0.label(3, "json"))
        },
        Mistake(testDescription: "not an image", names: ["case_1_0000.nii.gz"]) { try Data("no image".utf8).write(to: $0.image(1)) },
        Mistake(testDescription: "truncated gz", names: ["case_1_0000.nii.gz"]) { try truncate($0.image(1)) },
        Mistake(testDescription: "truncated gz in the full check", names: ["case_1_0000.nii.gz"], options: ["--full_check"]) {
            try truncate($0.image(1))
        },
        Mistake(
            testDescription: "damaged header in the full check", names: ["case_1_0000.nii", "voxel type that is not read"],
            options: ["--full_check"]
        ) {
            let file = $0.file("raw_splitted/imagesTr/case_1_0000.nii")
            try ImageWriter.write(try ImageReader().read($0.image(1)), to: file)
            try FileManager.default.removeItem(at: $0.image(1))
            var data = try Data(contentsOf: file)
            data.replaceSubrange(70..<72, with: [0x0F, 0x27])
            try data.write(to: file)
        },
        Mistake(testDescription: "absent instance", names: ["case_2", "2"], options: ["--full_check"]) {
            try Data(#"{"instances": {"1": 0, "2": 1}}"#.utf8).write(to: $0.label(2, "json"))
        },
        Mistake(testDescription: "absent class", names: ["case_2.json", "7"]) {
            try Data(#"{"instances": {"1": 7}}"#.utf8).write(to: $0.label(2, "json"))
        },
        Mistake(testDescription: "broken json", names: ["case_2.json"]) { try Data("{".utf8).write(to: $0.label(2, "json")) },
        Mistake(testDescription: "missing modality", names: ["case_4", "modality 1"]) { task in
            let file = task.file("dataset.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacingOccurrences(of: "\"0\" : \"MRI\"", with: "\"0\" : \"MRI\", \"1\" : \"T2\"").utf8).write(to: file)
            for index in 0..<4 { try FileManager.default.copyItem(at: task.image(index), to: task.image(index, modality: 1)) }
        },
        Mistake(testDescription: "different grids", names: ["case_0"], options: ["--full_check"]) { task in
            try image(task, 0) { $0.geometry.spacing.x = 2 }
        },
        Mistake(testDescription: "all-zero image", names: ["case_3"]) { task in
            try image(task, 3) { $0.volume = Volume(shape: $0.volume.shape, filledWith: 0) }
        },
        Mistake(testDescription: "2D task", names: ["dataset.json", "'dim: 2' is not yet supported"]) { task in
            let file = task.file("dataset.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacingOccurrences(of: "\"dim\" : 3", with: "\"dim\" : 2").utf8).write(to: file)
        },
        Mistake(testDescription: "no object at all", names: ["object"]) { task in
            for index in 0..<5 {
                try Data(#"{"instances": {}}"#.utf8).write(to: task.label(index, "json"))
                var map = try ImageReader().readLabels(task.label(index))
                map.volume = Volume(shape: map.volume.shape, filledWith: 0)
                try ImageWriter.write(map, to: task.label(index))
            }
        },
    ]

    @Test(arguments: mistakes)
    func isOneLine(mistake: Mistake) throws {
        try TinyTask.with { (task: TinyTask) throws in
            try mistake.make(task)
            let raw = try task.times().filter { $0.key.hasPrefix("raw_splitted") }
            let result = try task.tool.run(["prep", "000"] + mistake.options)
            #expect(result.status == 1)
            #expect(result.errors.split(separator: "\n").count == 1 && result.errorLines.count == 1, "\(result.errors)")
            for name in mistake.names { #expect(result.errors.contains(name), "\(result.errors)") }
            #expect(try task.times().filter { $0.key.hasPrefix("raw_splitted") } == raw)
        }
    }

    @Test func aMissingTaskListsThoseThatExist() throws {
        try TinyTask.with { (task: TinyTask) throws in
            for command in [["prep", "12"], ["config", "12"], ["eval", "12", "model", "0"], ["unpack", "12"]] {
                let result = try task.tool.run(command)
                #expect(result.status == 1 && result.errorLines.count == 1)
                #expect(result.errors.contains("there are \(TinyTask.name)"), "\(result.errors)")
            }
            let result = try task.tool.run("unpack", "some/folder")
            #expect(result.status == 1 && result.errors.contains("no such folder"))
        }
    }

    @Test func goingOnAfterAMistakeIsMended() throws {
        try TinyTask.with { (task: TinyTask) throws in
            let good = try Data(contentsOf: task.image(4))
            try Self.truncate(task.image(4))
            #expect(try task.tool.run("prep", "000", "--no_check", "-np", "1").status == 1)
            #expect(task.exists("raw_cropped/imagesTr/case_0.npz") && !task.exists("raw_cropped/imagesTr/case_4.npz"))
            try good.write(to: task.image(4))
            let result = try task.tool.run("prep", "000")
            #expect(result.status == 0 && result.output.contains("cropped: 1 case, 4 unchanged"), "\(result.output)\(result.errors)")
        }
    }

    /// A limit on the size of files makes writing fail halfway through a file.
    @Test func fileTooLargeForItsDisk() throws {
        try TinyTask.with { (task: TinyTask) throws in
            var tool = task.tool
            let program = tool.program.path
            tool.program = URL(fileURLWithPath: "/bin/bash")
            try expectMended(task, after: tool.run("-c", "trap '' XFSZ; ulimit -f 20; exec '\(program)' prep 000 -np 1"))
        }
    }

    /// A file system in memory that is too small, mounted where only this one command sees it.
    @Test(.enabled(if: Self.canMount, "needs a mount namespace"))
    func noSpaceLeft() throws {
        try TinyTask.with { (task: TinyTask) throws in
            var tool = task.tool
            let (program, cropped) = (tool.program.path, task.file("raw_cropped").path)
            tool.program = URL(fileURLWithPath: "/usr/bin/unshare")
            try FileManager.default.createDirectory(atPath: cropped, withIntermediateDirectories: true)
            let script = "mount -t tmpfs -o size=300k none '\(cropped)' && exec '\(program)' prep 000 -np 1"
            let full = try tool.run("-rm", "bash", "-c", script)
            #expect(full.errors.contains("No space left on device"), "\(full.errors)")
            try expectMended(task, after: full)
        }
    }

    static let canMount: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// `failed` was one line that names a case and left no half-written file; with room, the same command goes on.
    private func expectMended(_ task: TinyTask, after failed: CommandLineTool.Result) throws {
        #expect(failed.status == 1)
        #expect(failed.errorLines.count == 1 && failed.errors.contains("case_"), "\(failed.errors)")
        #expect(try task.times().keys.filter { $0.contains(".tmp-") }.isEmpty)
        #expect(try task.tool.run("prep", "000").status == 0)
    }
}
