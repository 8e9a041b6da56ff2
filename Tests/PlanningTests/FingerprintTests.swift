import Core
import Foundation
import Imaging
import Planning
import Support
import TestSupport
import Testing

@Suite struct FingerprintTests {
    private let extractor = FingerprintExtractor(classes: ["a", "b"], modalities: ["CT"])

    /// A 10×12×14 crop of a 12×12×14 image: object 1 (class 1) of 4×5×6 voxels, object 2 (class 0) of one voxel, touching boxes.
    private func sample(_ id: String = "case_0", instances: [Int: Int] = [1: 1, 2: 0]) -> (Volume<Int32>, Volume<Float>, CaseProperties) {
        var map = Volume<Int32>(shape: SIMD3(10, 12, 14), filledWith: 0)
        for i in 2..<6 { for j in 3..<8 { for k in 4..<10 { map[i, j, k] = 1 } } }
        map[5, 8, 9] = 2
        map[0, 0, 0] = -1
        let image = Volume(shape: map.shape, voxels: (0..<map.count).map { Float($0) })
        let properties = CaseProperties(
            caseID: id, geometry: Geometry(size: SIMD3(12, 12, 14), spacing: SIMD3(2, 1, 0.5)), cropLower: SIMD3(1, 0, 0),
            cropUpper: SIMD3(11, 12, 14), instances: instances, classes: [-1, 0, 1, 2])
        return (map, image, properties)
    }

    @Test func oneCase() throws {
        let (map, image, properties) = sample()
        let measured = try extractor.measure(segmentation: map, channels: [image], properties: properties)
        let item = measured.fingerprint
        #expect(item.boxes == [[1, 2, 6, 8, 3, 10], [4, 7, 6, 9, 8, 10]])
        #expect(item.numInstances == [0: 1, 1: 1] && item.classesPresent == [0, 1])
        #expect(item.volumesPerClass == [0: [1], 1: [120]] && item.volumePerClass == [0: 1, 1: 120])
        #expect(item.sizeAfterCropping == [10, 12, 14] && item.originalSize == [12, 12, 14])
        #expect(item.cropBounds == [[1, 11], [0, 12], [0, 14]])
        // Overlap 2·1·2 of 5·6·7 and 2·2·2.
        #expect(item.allIoUs == [[4.0 / 214], [4.0 / 214]] && item.classIoUs == [0: [[]], 1: [[]]])
        #expect(abs(measured.sizeReduction - 10.0 / 12) < 1e-12)
        // Every 10th of the 121 foreground voxels.
        #expect(measured.intensities[0].count == 13 && measured.intensities[0][0] == Float(map.offset(2, 3, 4)))
        #expect(measured.intensities[0][1] == Float(map.offset(2, 4, 8)))
    }

    @Test func voxelsThatAreNoNumbersAreLeftOut() throws {
        let (map, whole, properties) = sample()
        var image = whole
        image[2, 3, 4] = .nan
        image[2, 4, 8] = .infinity
        let measured = try extractor.measure(segmentation: map, channels: [image], properties: properties)
        #expect(measured.intensities[0].count == 11)
        let statistics = try #require(extractor.combine([measured]).intensity[0]?.overall)
        #expect(statistics.mean.isFinite && statistics.max.isFinite)
    }

    @Test func manyCases() throws {
        let (map, image, properties) = sample()
        let (_, _, other) = sample("case_1", instances: [:])
        let empty = Volume<Int32>(shape: map.shape, filledWith: 0)
        let fingerprint = try extractor.combine([
            extractor.measure(segmentation: empty, channels: [image], properties: other),
            extractor.measure(segmentation: map, channels: [image], properties: properties),
        ])
        #expect(fingerprint.caseIDs == ["case_0", "case_1"] && fingerprint.numInstances == [0: 1, 1: 1])
        #expect(fingerprint.objectCount == 2 && fingerprint.allIoUs.count == 2 && fingerprint.classIoUs == [0: [], 1: []])
        let intensity = try #require(fingerprint.intensity[0])
        #expect(intensity.perCase["case_1"]?.mean.isNaN == true && intensity.perCase["case_0"]?.mean == intensity.overall.mean)
        #expect(fingerprint.allSpacings == [[2, 1, 0.5], [2, 1, 0.5]])
        #expect(fingerprint.orientations == ["LPS": 2] && fingerprint.orientation == "LPS")
    }

    @Test func orientationIsThatOfTheTurnedArrays() throws {
        let (map, image, first) = sample()
        var (_, _, second) = sample("case_1")
        // Stored as RPS; axis 2 (x) was flipped to reach LPS.
        second.geometry.direction = [-1, 0, 0, 0, 1, 0, 0, 0, 1]
        func combined() throws -> Fingerprint {
            try extractor.combine([first, second].map { try extractor.measure(segmentation: map, channels: [image], properties: $0) })
        }
        let mixed = try combined()
        #expect(mixed.orientations == ["LPS": 1, "RPS": 1] && mixed.orientation == nil)
        second.orientation = AxisMap(source: SIMD3(0, 1, 2), flipped: [false, false, true])
        let turned = try combined()
        #expect(turned.orientations == ["LPS": 1, "RPS": 1] && turned.orientation == "LPS")
    }

    @Test func casesFromTheirFolder() throws {
        let (map, image, properties) = sample()
        try withTemporaryFolder { folder in
            let stacked = image.voxels + map.voxels.map(Float.init)
            try NPZ.write(["data": NPYArray(stacked, shape: [2, 10, 12, 14])], to: folder.appendingPathComponent("case_0.npz"))
            try JSONFile.write(properties, to: folder.appendingPathComponent("case_0.json"))
            let read = try extractor.extract(from: folder, cases: ["case_0"])
            let direct = try extractor.combine([extractor.measure(segmentation: map, channels: [image], properties: properties)])
            #expect(read == direct)
            #expect(throws: Problem.self) { try extractor.extract(from: folder, cases: ["case_9"]) }
            #expect(throws: Problem.self) { try extractor.extract(from: folder, cases: []) }
            let two = FingerprintExtractor(classes: ["a", "b"], modalities: ["CT", "MRI"])
            #expect(throws: Problem.self) { try two.extract(from: folder, cases: ["case_0"]) }
        }
    }

    @Test func labelsThatDoNotFitAreProblems() {
        let (map, image, properties) = sample(instances: [1: 1])
        #expect(throws: Problem.self) { try extractor.measure(segmentation: map, channels: [image], properties: properties) }
        let (_, _, unknown) = sample(instances: [1: 1, 2: 7])
        #expect(throws: Problem.self) { try extractor.measure(segmentation: map, channels: [image], properties: unknown) }
        #expect(throws: Problem.self) { try extractor.measure(segmentation: map, channels: [], properties: properties) }
    }
}
