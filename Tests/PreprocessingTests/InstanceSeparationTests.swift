import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing

@Suite struct InstanceSeparationTests {
    /// Puts cuboids of values into an empty map.
    private static func map(_ shape: SIMD3<Int>, _ cuboids: [(SIMD3<Int>, SIMD3<Int>, Int32)]) -> Volume<Int32> {
        var volume = Volume<Int32>(shape: shape, filledWith: 0)
        for (lower, upper, value) in cuboids {
            for i in lower.x..<upper.x {
                for j in lower.y..<upper.y { for k in lower.z..<upper.z { volume[i, j, k] = value } }
            }
        }
        return volume
    }

    @Test func componentsOfEachClassBecomeInstances() throws {
        let labels = Self.map(
            SIMD3(8, 8, 12),
            [
                (SIMD3(0, 0, 0), SIMD3(2, 2, 2), 3), (SIMD3(2, 2, 2), SIMD3(3, 3, 3), 3),  // touch at a corner
                (SIMD3(5, 5, 5), SIMD3(6, 6, 6), 3), (SIMD3(0, 0, 8), SIMD3(2, 2, 10), 1), (SIMD3(0, 0, 2), SIMD3(1, 1, 4), 1),
            ])
        let result = try InstanceSeparation(things: [3, 1]).separate(labels, spacing: .one)
        // Semantic value 1 first, its components by first voxel, then 3.
        #expect(result.classes == [1: 1, 2: 1, 3: 0, 4: 0] && result.dropped == 0 && result.stuff == nil)
        #expect(result.instances[0, 0, 2] == 1 && result.instances[1, 1, 9] == 2)
        #expect(result.instances[0, 0, 0] == 3 && result.instances[2, 2, 2] == 3 && result.instances[5, 5, 5] == 4)
        #expect(result.instances.voxels.count { $0 > 0 } == labels.voxels.count { $0 > 0 })
    }

    @Test func anImageIsNoMapOfClasses() {
        let image = Volume<Int32>(shape: SIMD3(4, 8, 8), voxels: (0..<256).map { Int32($0 + 1) })
        #expect { try InstanceSeparation(things: [1]).separate(image, spacing: .one) } throws: {
            "\($0)".contains("has 256 different values")
        }
    }

    @Test func stuffIsNoObject() throws {
        let labels = Self.map(
            SIMD3(4, 4, 8), [(SIMD3(0, 0, 0), SIMD3(1, 1, 1), 5), (SIMD3(0, 0, 3), SIMD3(1, 1, 4), 2), (SIMD3(3, 3, 3), SIMD3(4, 4, 4), 7)])
        let result = try InstanceSeparation(things: [2], stuff: [7, 5]).separate(labels, spacing: .one)
        #expect(result.classes == [1: 0] && result.instances.voxels.count { $0 > 0 } == 1)
        #expect(result.stuff?[0, 0, 0] == 2 && result.stuff?[3, 3, 3] == 1 && result.stuff?[0, 0, 3] == 0)
    }

    /// Extent n along an axis counts as (n + 1) · spacing, and must be more than the minimum except along the axis of the largest spacing.
    @Test(arguments: [(3.99, 2), (4.0, 1), (5.99, 1), (6.0, 0)])
    func smallObjectsAreDropped(minimum: Double, left: Int) throws {
        let labels = Self.map(SIMD3(4, 12, 12), [(SIMD3(0, 0, 0), SIMD3(1, 3, 3), 1), (SIMD3(2, 6, 6), SIMD3(3, 11, 11), 1)])
        let result = try InstanceSeparation(things: [1], minSize: minimum).separate(labels, spacing: SIMD3(5, 1, 1))
        #expect(result.classes.count == left && result.dropped == 2 - left)
        #expect(Set(result.instances.voxels) == Set((0...Int32(left))))
    }

    @Test(arguments: [(8.0, 2), (9.0, 1), (25.0, 0)])
    func smallVolumesAreDropped(minimum: Double, left: Int) throws {
        let labels = Self.map(SIMD3(4, 12, 12), [(SIMD3(0, 0, 0), SIMD3(1, 3, 3), 1), (SIMD3(2, 6, 6), SIMD3(3, 11, 11), 1)])
        #expect(try InstanceSeparation(things: [1], minVolume: minimum).separate(labels, spacing: .one).classes.count == left)
    }

    @Test func aValueThatIsNotListedIsAnError() {
        let labels = Self.map(SIMD3(4, 4, 4), [(SIMD3(0, 0, 0), SIMD3(1, 1, 1), 4)])
        let error = #expect(throws: Problem.self) { try InstanceSeparation(things: [1]).separate(labels, spacing: .one) }
        #expect(error?.subject == "semantic value 4")
    }

    @Test(arguments: [".nii.gz", ".nrrd"])
    func aTaskIsConvertedRankedAndRestored(ending: String) throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            let labels = fixture.task.labels(.train)
            for (index, id) in ["a", "b.c"].enumerated() {
                try fixture.add(id)
                try FileManager.default.removeItem(at: fixture.label(id))
                try FileManager.default.removeItem(at: fixture.task.labelJSON(of: id, .train))
                let map = Self.map(
                    SIMD3(12, 14, 16), [(SIMD3(1, 2, 3), SIMD3(3, 4, 6 + index), 1), (SIMD3(8, 8, 8), SIMD3(9, 9, 9), 2)])
                try ImageWriter.write(
                    Image(volume: map, geometry: Geometry(size: map.shape, spacing: SIMD3(2, 1, 1))),
                    to: labels.appendingPathComponent(id + ending))
            }
            let before = try contents(labels)
            let conversion = LabelConversion(task: fixture.task, split: .train, threads: 2)
            let separation = InstanceSeparation(things: [1, 2], stuff: [])
            #expect(try conversion.run(separation) == StageSummary(done: 2, unchanged: 0))
            #expect(try CaseLabels.read(fixture.task.labelJSON(of: "b.c", .train)).instances == [1: 0, 2: 1])
            #expect(try ImageReader().readLabels(labels.appendingPathComponent("a" + ending)).volume[8, 8, 8] == 2)
            #expect(try Data(contentsOf: labels.appendingPathComponent("a_orig" + ending)) == before["a" + ending])
            #expect(try conversion.cases() == ["a", "b.c"])
            #expect(try conversion.run(separation) == StageSummary(done: 0, unchanged: 2))
            #expect(try conversion.run(InstanceSeparation(things: [2, 1]), overwrite: true).done == 2)
            #expect(try CaseLabels.read(fixture.task.labelJSON(of: "a", .train)).instances == [1: 1, 2: 0])

            // A stop after the map but before the json.
            try FileManager.default.removeItem(at: fixture.task.labelJSON(of: "a", .train))
            #expect(try conversion.run(separation) == StageSummary(done: 1, unchanged: 1))
            #expect(try CaseLabels.read(fixture.task.labelJSON(of: "a", .train)).instances == [1: 0, 2: 1])

            try conversion.writeRanking()
            let ranking = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: conversion.rankingFile)) as? [[String: Any]])
            #expect(ranking.map { $0["vol"] as? Int } == [1, 1, 12, 16])
            #expect(ranking.map { $0["case_id"] as? String } == ["a", "b.c", "a", "b.c"])
            #expect(ranking[2]["cp"] as? [Int] == [3, 2, 1] && ranking[2]["instance_id"] as? Int == 1)

            #expect(try conversion.restore() == StageSummary(done: 2, unchanged: 0))
            #expect(try contents(labels) == before)
            #expect(!FileManager.default.fileExists(atPath: conversion.rankingFile.path))
        }
    }

    private func contents(_ folder: URL) throws -> [String: Data] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: folder.appendingPathComponent($1))
        }
    }

    @Test func missingSettingsAreNamed() {
        var info = DatasetInfo(task: "Task900_T", labels: ["a"], modalities: ["CT"])
        #expect(throws: Problem.self) { try InstanceSeparation(info, named: "dataset.json") }
        info.convertedThings = [1, 2]
        #expect(throws: Problem.self) { try InstanceSeparation(info, named: "dataset.json") }
        info.convertedThings = [2]
        #expect(throws: Never.self) { try InstanceSeparation(info, named: "dataset.json") }
    }
}
