import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

@Suite struct InstanceListingTests {
    private let geometry = Geometry(size: SIMD3(2, 3, 4), spacing: SIMD3(2, 1, 0.5))

    private func write(_ numbers: [Int: Int32], labels: [Int], in folder: URL) throws {
        var map = Volume<Int32>(shape: geometry.size, filledWith: 0)
        for (place, number) in numbers { map.voxels[place] = number }
        let boxes = labels.map { _ in Box(lower: .zero, upper: SIMD3(1, 1, 1)) }
        let found = Detections(boxes: boxes, scores: labels.map { _ in 0.5 }, labels: labels)
        try InstanceListing.write((map, found), geometry, dimension: 3, to: folder.appendingPathComponent("a_instances"))
    }

    @Test func instancesComeBack() throws {
        try withTemporaryFolder { folder in
            try write([0: 1, 5: 2, 6: 2], labels: [1, 0], in: folder)
            let (map, classes) = try InstanceListing.read("a", in: folder)
            #expect(classes == [1: 1, 2: 0] && map.shape == geometry.size)
            #expect(map.voxels.enumerated().filter { $0.element > 0 }.map(\.offset) == [0, 5, 6])
        }
    }

    /// The listed boxes are those of the painted voxels; the original cuts off the fractions.
    @Test func boxesOfPaintedVoxels() throws {
        struct Entry: Decodable { let box: [Int] }
        let shape = SIMD3(10, 11, 12)
        let detections = Detections(boxes: [Box(lower: SIMD3(2.6, -1, 4.1), upper: SIMD3(6.4, 4.5, 6.7))], scores: [0.5], labels: [0])
        try withTemporaryFolder { folder in
            for (reference, wanted) in [(false, [3, -1, 6, 4, 4, 7]), (true, [2, -1, 6, 4, 4, 6])] {
                let painted = detections.painted(shape: shape, dimension: 3, referenceBehaviour: reference)
                try InstanceListing.write(
                    painted, Geometry(size: shape, spacing: .one), dimension: 3, to: folder.appendingPathComponent("a_instances"),
                    referenceBehaviour: reference)
                let entries: [String: Entry] = try JSONFile.read(from: folder.appendingPathComponent("a_instances.json"))
                #expect(entries["1"]?.box == wanted)
                let map = try InstanceListing.read("a", in: folder).map
                if !reference { #expect(map.instanceBoxes()[0].box.flat().map { Int($0) } == wanted) }
            }
        }
    }

    @Test func whatIsWrongIsNamed() throws {
        try withTemporaryFolder { folder in
            #expect(throws: Problem.self) { try InstanceListing.read("a", in: folder) }
            try write([0: 3], labels: [1, 0], in: folder)
            do {
                _ = try InstanceListing.read("a", in: folder)
                Issue.record("an object that is not listed")
            } catch { #expect("\(error)".contains("a_instances.json: object 3 of the map is not listed")) }
            let json = folder.appendingPathComponent("a_instances.json")
            try Data(#"{"x": {"label": 0}}"#.utf8).write(to: json)
            do {
                _ = try InstanceListing.read("a", in: folder)
                Issue.record("no number")
            } catch { #expect("\(error)".contains("'x' with class 0 is no object")) }
            try Data(#"{"1": {"label": 0}, "01": {"label": 1}}"#.utf8).write(to: json)
            #expect { try InstanceListing.read("a", in: folder) } throws: { "\($0)".contains("'01'") }
        }
    }
}
