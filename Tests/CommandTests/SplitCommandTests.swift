import Core
import Foundation
import Support
import TestSupport
import Testing

/// `cv-split`: every option has its effect.
@Suite struct SplitCommandTests {
    private func withTask(_ body: (TaskFolder, CommandLineTool) throws -> Void) throws {
        try withTemporaryFolder { (root: URL) throws in
            let fixture = try TaskFixture(in: root.appendingPathComponent("data"), name: "Task060_Split")
            // p0_0, p0_1, p1_0, … of 8 patients; every fourth case has a rare object.
            for index in 0..<16 {
                try fixture.add(
                    "p\(index / 2)_\(index % 2)", shape: SIMD3(6, 6, 6),
                    objects: index % 4 == 0 ? [.init(.zero, .one, label: 1)] : [.init(.zero, SIMD3(2, 2, 2))])
            }
            try body(fixture.task, CommandLineTool(in: root))
        }
    }

    private func read(_ task: TaskFolder, _ name: String = "splits_final") throws -> Splits {
        try JSONFile.read(from: task.splitsFile(name))
    }

    private func patient(_ id: String) -> String { String(id.prefix { $0 != "_" }) }

    @Test func theDefaultIsTheOriginals() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            let result = try tool.run("cv-split", "60")
            #expect(result.status == 0, "\(result.errors)")
            #expect(try read(task) == Splits.kFold(task.caseIDs(.train)))
            #expect(result.output.contains("16 cases, 5 folds\n  fold 0: 12 train, 4 validation"))
            // The same again is no mistake, another one is.
            #expect(try tool.run("cv_split", "60").status == 0)
            let other = try tool.run("cv-split", "60", "--seed", "1")
            #expect(other.status == 1 && other.errorLines.count == 1 && other.errors.contains("--overwrite"))
            #expect(try tool.run("cv-split", "60", "--seed", "1", "--overwrite").status == 0)
            #expect(try read(task) == Splits.kFold(task.caseIDs(.train), seed: 1))
        }
    }

    @Test func foldsNamesAndRoots() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            var elsewhere = tool
            elsewhere.environment["det_data"] = "/nowhere"
            let root = task.url.deletingLastPathComponent().path
            #expect(
                try elsewhere.run("cv-split", "60", "-k", "4", "--name", "four", "-o", "host.parent_data=\(root)").status == 0)
            #expect(try read(task, "four") == Splits.kFold(task.caseIDs(.train), folds: 4))
            #expect(!FileManager.default.fileExists(atPath: task.splitsFile().path))
            for folds in ["1", "17"] { #expect(try tool.run("cv-split", "60", "--num_folds", folds).errorLines.count == 1) }
        }
    }

    @Test func patientsStayTogether() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            let ids = try task.caseIDs(.train)
            let json = task.url.appendingPathComponent("patients.json")
            try JSONFile.write(Dictionary(uniqueKeysWithValues: ids.map { ($0, patient($0)) }), to: json)
            let csv = task.url.appendingPathComponent("patients.csv")
            try Data(("case,patient\n" + ids.map { "\($0),\(patient($0))\n" }.joined()).utf8).write(to: csv)
            var found: [Splits] = []
            for options in [
                ["--group-pattern", "^(p[0-9]+)_"], ["--group_pattern", "^p[0-9]+"], ["--group-file", json.path],
                ["--group-file", csv.path],
            ] {
                let result = try tool.run(["cv-split", "60", "--overwrite"] + options)
                #expect(result.status == 0 && result.output.contains("16 cases in 8 groups, 5 folds"), "\(result.output)\(result.errors)")
                found.append(try read(task))
            }
            #expect(found.allSatisfy { $0 == found[0] })
            for fold in found[0].folds { #expect(Set(fold.val.map(patient)).isDisjoint(with: fold.train.map(patient))) }
            #expect(Set(found[0].folds.flatMap(\.val)) == Set(ids))
        }
    }

    @Test func classesAreStratified() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            let result = try tool.run("cv-split", "60", "--num-folds", "4", "--stratify")
            #expect(result.output.components(separatedBy: "4 validation (3 a, 1 b)").count == 5, "\(result.output)\(result.errors)")
            let unbalanced = try tool.run("cv-split", "60", "--num-folds", "4", "--name", "plain")
            #expect(unbalanced.output.components(separatedBy: "(3 a, 1 b)").count < 5)
        }
    }

    @Test func mistakesAreOneLine() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            let csv = task.url.appendingPathComponent("patients.csv")
            for (content, message) in [("p0_0,x\n", "no group for case p0_1 (15 of 16"), ("p0_0\n", "line 1"), ("a,x\na,y\n", "line 2")] {
                try Data(content.utf8).write(to: csv)
                let result = try tool.run("cv-split", "60", "--group-file", csv.path)
                #expect(result.status == 1 && result.errorLines.count == 1 && result.errors.contains(message), "\(result.errors)")
            }
            for pattern in ["((", "^x", "^p(_)?"] {
                let result = try tool.run("cv-split", "60", "--group-pattern", pattern)
                #expect(result.status == 1 && result.errorLines.count == 1 && result.errors.contains("pattern"), "\(result.errors)")
            }
            #expect(try tool.run("cv-split", "60", "--group-pattern", "p", "--group-file", "x").status == 2)
            #expect(try tool.run("cv-split", "60", "--name", "a/b").status == 2)
            #expect(!FileManager.default.fileExists(atPath: task.splitsFile().path))
        }
    }
}
