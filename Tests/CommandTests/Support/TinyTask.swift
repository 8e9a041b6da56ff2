import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// A toy task of five small images below a temporary folder, prepared as far as a test needs it.
struct TinyTask: CustomTestStringConvertible {
    static let name = "Task000D3_Example"

    let root: URL
    let tool: CommandLineTool

    var testDescription: String { root.path }

    /// Runs `body` with a fresh task of `train` and `test` images of 36³ voxels.
    static func with<Result>(train: Int = 5, test: Int = 0, _ body: (TinyTask) throws -> Result) throws -> Result {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let made = try tool.run("example", "--train", "\(train)", "--test", "\(test)", "--image-size", "36")
            guard made.status == 0 else { throw Problem("example", made.errors) }
            return try body(TinyTask(root: root, tool: tool))
        }
    }

    /// Runs `body` with a copy of such a task that `prep` and `unpack` have been through, split into `folds` where that is given.
    static func prepared<Result>(train: Int = 5, test: Int = 0, folds: Int? = nil, _ body: (TinyTask) throws -> Result) throws -> Result {
        try withTemporaryFolder { (root: URL) throws in
            try Fixture.copy("prepared-\(train)-\(test)-\(folds ?? 0)", into: root) { made in
                let tool = CommandLineTool(in: made)
                let split = folds.map { [["cv-split", "000", "-k", "\($0)", "--overwrite"]] } ?? []
                let example = ["example", "--train", "\(train)", "--test", "\(test)", "--image-size", "36"]
                for command in [example, ["prep", "000"], ["unpack", "000"]] + split {
                    let run = try tool.run(command)
                    guard run.status == 0 else { throw Problem(command.joined(separator: " "), run.errors) }
                }
            }
            return try body(TinyTask(root: root, tool: CommandLineTool(in: root)))
        }
    }

    var folder: URL { root.appendingPathComponent("data/\(Self.name)") }
    func image(_ index: Int, modality: Int = 0) -> URL {
        folder.appendingPathComponent("raw_splitted/imagesTr/case_\(index)_000\(modality).nii.gz")
    }
    func label(_ index: Int, _ ending: String = "nii.gz") -> URL {
        folder.appendingPathComponent("raw_splitted/labelsTr/case_\(index).\(ending)")
    }
    func file(_ path: String) -> URL { folder.appendingPathComponent(path) }
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: file(path).path) }

    /// Names and times of all files below the task, to see what was written anew.
    func times() throws -> [String: Date] {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return try names.reduce(into: [:]) { times, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appendingPathComponent(name).path)
            if attributes[.type] as? FileAttributeType == .typeRegular { times[name] = attributes[.modificationDate] as? Date }
        }
    }
}
