import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// `<case>.json` and `dataset_properties.json` that were damaged or edited.
@Suite struct CasePropertiesTests {
    private func text() throws -> String {
        var properties = CaseProperties(
            caseID: "a", geometry: Geometry(size: SIMD3(30, 40, 50), spacing: SIMD3(3, 1, 2)), cropLower: SIMD3(1, 2, 3),
            cropUpper: SIMD3(20, 30, 40), instances: [1: 0], classes: [0])
        properties.sizeAfterResampling = SIMD3(60, 70, 80)
        properties.spacingAfterResampling = SIMD3(1, 1, 1.5)
        return String(decoding: try JSONFile.encode(properties, pretty: false), as: UTF8.self)
    }

    @Test(arguments: [
        ("[30,40,50]", "[4611686018427387904,4,4]", "geometry.size"), ("[30,40,50]", "[-30,40,50]", "geometry.size"),
        ("[3,1,2]", "[3,0,2]", "geometry.spacing"), ("[1,0,0,0,1,0,0,0,1]", "[1,0,0]", "geometry.direction"),
        ("\"source\":[0,1,2]", "\"source\":[0,1,7]", "orientation"), ("[false,false,false]", "[false]", "orientation"),
        ("[1,2,3]", "[-1,2,3]", "crop_lower"), ("[20,30,40]", "[20,30,60]", "crop_lower"), ("[20,30,40]", "[1,30,40]", "crop_lower"),
        ("[60,70,80]", "[0,70,80]", "size_after_resampling"), ("[1,1,1.5]", "[1,1,\"nan\"]", "spacing_after_resampling"),
        ("\"instances\":{\"1\":0}", "\"instances\":{\"9999999999\":0}", "instances"),
        ("\"instances\":{\"1\":0}", "\"instances\":{\"1\":-1}", "instances"),
    ])
    func impossibleValuesNameTheKey(old: String, new: String, key: String) throws {
        let text = try text()
        #expect(throws: Never.self) { try JSONFile.decode(CaseProperties.self, from: Data(text.utf8), named: "a.json") }
        let changed = text.replacingOccurrences(of: old, with: new)
        #expect(changed != text, "\(text)")
        #expect { try JSONFile.decode(CaseProperties.self, from: Data(changed.utf8), named: "a.json") } throws: {
            "\($0)".hasPrefix("a.json: '\(key)'")
        }
    }

    private static func fingerprint(_ change: (inout Fingerprint) -> Void = { _ in }) -> Fingerprint {
        let item = CaseFingerprint(
            originalSize: [9, 9, 9], originalSpacing: [1, 1, 1], cropBounds: [], sizeAfterCropping: [9, 9, 9], instances: [1: 0],
            classes: [0],
            numInstances: [0: 1], classesPresent: [0], volumePerClass: [:], volumesPerClass: [:], boxes: [[0, 0, 3, 3, 0, 3]],
            allIoUs: [[]],
            classIoUs: [:])
        var result = Fingerprint(
            dim: 3, allSizes: [[9, 9, 9]], allSpacings: [[1, 1, 1]], sizeReductions: [:], modalities: [0: "CT"], classNames: [0: "a"],
            numInstances: [0: 1], classIoUs: [:], allIoUs: [], cases: ["c": item], intensity: [:])
        change(&result)
        return result
    }

    @Test(arguments: [
        (fingerprint { $0.dim = -1 }, "dim"), (fingerprint { $0.dim = 2 }, "all_sizes"),
        (fingerprint { $0.allSizes = [[9, 0, 9]] }, "all_sizes"),
        (fingerprint { $0.allSpacings = [[1, .nan, 1]] }, "all_spacings"),
        (fingerprint { $0.cases["c"]?.originalSpacing = [1] }, "instance_props_per_patient.c.original_spacing"),
        (fingerprint { $0.cases["c"]?.sizeAfterCropping = [] }, "instance_props_per_patient.c.size_after_cropping"),
        (fingerprint { $0.cases["c"]?.boxes = [[0, 0, .max, 3, 0, 3]] }, "instance_props_per_patient.c.boxes"),
        (fingerprint { $0.numInstances = [0: .max, 1: .max] }, "num_instances"),
    ])
    func fingerprints(fingerprint: Fingerprint, key: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("dataset_properties.json")
            try JSONFile.write(Self.fingerprint(), to: file)
            #expect(try JSONFile.read(Fingerprint.self, from: file) == Self.fingerprint())
            try JSONFile.write(fingerprint, to: file)
            #expect { try JSONFile.read(Fingerprint.self, from: file) } throws: { "\($0)".contains("'\(key)'") }
        }
    }
}
