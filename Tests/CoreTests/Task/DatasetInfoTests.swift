import Core
import Foundation
import Support
import TestSupport
import Testing

@Suite struct DatasetInfoTests {
    private func info(_ text: String, name: String = "dataset.yaml") throws -> DatasetInfo {
        try withTemporaryFolder { (folder: URL) throws in
            try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent(name))
            return try DatasetInfo.read(in: folder)
        }
    }

    private let yaml = """
        task: Task100_A
        dim: 3
        labels:
            "0": lesion
            "1": "7"
        modalities:
            0: CT
        target_class: null
        test_labels: True
        min_size: 3
        info: [anything, {goes: here}]
        """

    @Test func yamlAndJSON() throws {
        let read = try info(yaml)
        #expect(read.labels == ["lesion", "7"])
        #expect(read.modalities == ["CT"])
        #expect(read.testLabels && read.targetClass == nil && read.minSize == 3 && read.name == nil)
        let json = String(decoding: try JSONFile.encode(read.document), as: UTF8.self)
        #expect(try info(json, name: "dataset.json") == read)
        #expect(try info(yaml, name: "dataset.yml") == read)
    }

    @Test(arguments: [
        ("dim: 3", "dim: 2", "'dim: 2' is not yet supported"),
        ("dim: 3", "dim: 4", "'dim' is 4"),
        ("dim: 3", "", "key 'dim' is missing"),
        ("\"1\": \"7\"", "\"2\": x", "'labels' must have the ids 0 to 1 and has 0, 2"),
        ("lesion", "5", "'labels.0' is an integer, it must be text"),
        ("test_labels: True", "test_labels: 3", "'test_labels' is an integer"),
        ("target_class: null", "target_class: 2", "'target_class' is 2"),
        ("dim: 3", "dim: [", "not valid YAML"), ("min_size: 3", "min_size: .nan", "'min_size' is nan"),
        ("min_size: 3", "min_vol: -1", "'min_vol' is -1.0"),
        ("min_size: 3", "reading: {assume_spacing: [3, x, 1]}", "'reading.assume_spacing' is text"),
        ("\"1\": \"7\"", (1..<256).map { "\"\($0)\": c\($0)" }.joined(separator: "\n    "), "name 256 classes"),
    ])
    func mistakesAreNamed(original: String, replacement: String, message: String) {
        let problem = #expect(throws: Problem.self) { try info(yaml.replacingOccurrences(of: original, with: replacement)) }
        #expect(problem?.description.contains(message) == true, "\(problem?.description ?? "")")
        #expect(problem?.subject.hasSuffix("dataset.yaml") == true)
    }

    @Test func aMissingFileSaysWhatToWrite() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let problem = #expect(throws: Problem.self) { try DatasetInfo.read(in: folder) }
            #expect(problem?.remedy?.contains("dataset.yaml") == true)
        }
    }

    @Test func labelFiles() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("a.json")
            func labels(_ text: String) throws -> CaseLabels {
                try AtomicFile.write(Data(text.utf8), to: file)
                return try CaseLabels.read(file)
            }
            #expect(try labels(#"{"instances": {"1": 0, "12": 1}, "age": 3}"#).instances == [1: 0, 12: 1])
            #expect(try labels(#"{"instances": {}}"#).instances.isEmpty)
            for wrong in [#"{"instances": {"x": 0}}"#, #"{"instances": {"1": "a"}}"#, #"{"instances": {"1": 0.5}}"#, "{}", "{"] {
                #expect(throws: Problem.self) { try labels(wrong) }
            }
            let back = try labels(String(decoding: JSONFile.encode(CaseLabels(instances: [3: 1])), as: UTF8.self))
            #expect(back == CaseLabels(instances: [3: 1]))
        }
    }
}

@Suite struct EnvironmentTests {
    let here = URL(fileURLWithPath: "/here", isDirectory: true)

    @Test func unsetPathsLieInTheCurrentFolder() throws {
        let environment = try Environment([:], currentFolder: here)
        #expect(environment.dataFolder.path == "/here/nndet_data" && environment.modelsFolder.path == "/here/nndet_models")
        #expect(environment.notices.count == 2 && environment.verbose && environment.numThreads == processorCount)
    }

    @Test func valuesAreTaken() throws {
        let environment = try Environment(
            ["det_data": "/data", "det_models": "models", "det_num_threads": "3", "det_verbose": "0"], currentFolder: here)
        #expect(environment.dataFolder.path == "/data" && environment.modelsFolder.path == "/here/models")
        #expect(environment.notices.isEmpty && !environment.verbose && environment.numThreads == 3)
        #expect(throws: Problem.self) { try Environment(["det_verbose": "yes"], currentFolder: here) }
        #expect(throws: Problem.self) { try Environment(["det_num_threads": "0"], currentFolder: here) }
    }

    @Test func slipsAreNoticed() throws {
        try withTemporaryFolder { (root: URL) throws in
            let folder = root.appendingPathComponent("Task100_Lung")
            let file = folder.appendingPathComponent("dataset.yml")
            let text = "task: Task100_Liver\ndim: 3\nlabels: {\"0\": a}\nmodalities: {\"0\": CT}\ntest_label: true\nowner: me\n"
            try AtomicFile.write(Data(text.utf8), to: file)
            let notices = try DatasetInfo.notices(in: folder)
            #expect(notices.count == 2)
            #expect(notices.first?.contains("'task' is Task100_Liver, the folder is Task100_Lung") == true)
            #expect(notices.last?.contains("'test_label' means nothing (is it test_labels?)") == true)
            try AtomicFile.write(Data(text.replacing("Liver", with: "Lung").replacing("test_label:", with: "test_labels:").utf8), to: file)
            #expect(try DatasetInfo.notices(in: folder).isEmpty)
        }
    }
}
