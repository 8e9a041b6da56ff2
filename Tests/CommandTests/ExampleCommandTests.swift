import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct ExampleCommandTests {
    private let options = ["example", "--train", "2", "--test", "2", "--image-size", "40", "--seed", "3"]

    private func voxels(_ folder: URL, _ index: Int, _ split: String) throws -> (image: [Float], mask: [Int32], json: Data) {
        let raw = folder.appendingPathComponent("data/Task000D3_Example/raw_splitted")
        return (
            try ImageReader().read(raw.appendingPathComponent("images\(split)/case_\(index)_0000.nii.gz")).volume.voxels,
            try ImageReader().readLabels(raw.appendingPathComponent("labels\(split)/case_\(index).nii.gz")).volume.voxels,
            try Data(contentsOf: raw.appendingPathComponent("labels\(split)/case_\(index).json"))
        )
    }

    @Test func theSameOptionsGiveTheSameVoxels() throws {
        try withTemporaryFolder { (one: URL) throws in
            try withTemporaryFolder { (two: URL) throws in
                #expect(try CommandLineTool(in: one).run(options + ["-np", "1"]).status == 0)
                #expect(try CommandLineTool(in: two).run(options + ["--num_processes=2"]).status == 0)
                for (index, split) in [(0, "Tr"), (1, "Tr"), (2, "Ts"), (3, "Ts")] {
                    let (a, b) = (try voxels(one, index, split), try voxels(two, index, split))
                    #expect(a.image == b.image && a.mask == b.mask && a.json == b.json)
                }
                #expect(try voxels(one, 0, "Tr").image != voxels(one, 1, "Tr").image)
            }
        }
    }

    @Test func objectsAreCubesWithOrWithoutATunnel() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let tool = CommandLineTool(in: folder)
            #expect(try tool.run("example", "--train", "12", "--test", "0", "--image-size", "48").status == 0)
            var classes: Set<String> = []
            for index in 0..<12 {
                let (image, mask, json) = try voxels(folder, index, "Tr")
                let inside = mask.indices.filter { mask[$0] == 1 }
                let axes = (0..<3).map { axis in Set(inside.map { [$0 / 2304, $0 / 48 % 48, $0 % 48][axis] }) }
                let side = axes[0].count
                #expect((16...31).contains(side) && axes.allSatisfy { $0.count == side })
                let tunnel = side * (side - 8) * (side - 8)
                let text = String(decoding: json, as: UTF8.self).filter { !$0.isWhitespace }
                classes.insert(text)
                #expect(inside.count == side * side * side - (text == #"{"instances":{"1":1}}"# ? tunnel : 0))
                // Uniform noise has mean 0.5; with 0.4 more and clipping it is 0.82.
                #expect(abs(inside.reduce(0) { $0 + image[$1] } / Float(inside.count) - 0.82) < 0.02)
                let outside = mask.indices.filter { mask[$0] == 0 }
                #expect(abs(outside.reduce(0) { $0 + image[$1] } / Float(outside.count) - 0.5) < 0.02)
            }
            #expect(classes == [#"{"instances":{"1":0}}"#, #"{"instances":{"1":1}}"#])
        }
    }

    @Test func aDataSetWithOtherOptionsIsNotTouched() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let tool = CommandLineTool(in: folder)
            #expect(try tool.run(options).status == 0)
            #expect(try tool.run(options).output.contains("4 of them were there already"))
            let other = try tool.run("example", "--train", "3", "--test", "2", "--image-size", "40", "--seed", "3")
            #expect(other.status == 1 && other.errorLines.count == 1 && other.errorLines[0].contains("made with other options"))
            let small = try tool.run("example", "--image-size", "35")
            #expect(
                small.status == 1
                    && small.errorLines == ["error: --image-size: is 35, it must be at least 36 (the objects have up to 31 voxels)"])
        }
    }
}
