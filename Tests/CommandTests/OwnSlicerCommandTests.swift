import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// `nndet dataset from-slicer`.
@Suite struct OwnSlicerCommandTests {
    private let extent = [1, 3, 2, 2, 6, 5, 32]

    /// Cuboids on the grid of the image, or a part of it.
    private func map(_ cuboids: [(SIMD3<Int>, SIMD3<Int>, Int32)], _ shape: SIMD3<Int>) -> Volume<Int32> {
        var map = Volume<Int32>(shape: shape, filledWith: 0)
        for (lower, upper, value) in cuboids {
            for i in lower.x..<upper.x { for j in lower.y..<upper.y { for k in lower.z..<upper.z { map[i, j, k] = value } } }
        }
        return map
    }

    private func make(_ own: OwnImages, _ classes: String = "nodule,mass", _ more: [String] = []) throws -> CommandLineTool.Result {
        try own.run(
            "from-slicer",
            ["--modalities", "CT", "--classes", classes, "--annotations", own.root.appendingPathComponent("drawn").path] + more)
    }

    private func write(_ fixture: SegmentationFixture, _ own: OwnImages, _ name: String = "a.seg.nrrd") throws {
        try AtomicFile.write(fixture.data, to: own.root.appendingPathComponent("drawn/\(name)"))
    }

    private func write(_ text: String, _ own: OwnImages, _ name: String = "a.mrk.json") throws {
        try AtomicFile.write(Data(text.utf8), to: own.root.appendingPathComponent("drawn/\(name)"))
    }

    @Test func segmentsAreClassesOrObjects() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            // Segments in two layers; "nodule" in two pieces; the lung holds everything.
            let size = OwnImages.geometry.size
            let first = map([(SIMD3(0, 0, 0), size, 1)], size)
            let second = map(
                [(SIMD3(1, 3, 2), SIMD3(3, 7, 6), 1), (SIMD3(6, 6, 6), SIMD3(7, 7, 7), 1), (SIMD3(8, 8, 8), SIMD3(9, 9, 10), 2)], size)
            var fixture = SegmentationFixture(OwnImages.geometry, [first, second], [("lung", 1, 0), ("nodule", 1, 1), ("Mass 2", 2, 1)])
            fixture.isCompressed = true
            try write(fixture, own)
            let unknown = try make(own)
            #expect(unknown.status == 1 && unknown.errorLines.count == 1)
            #expect(unknown.errors.contains("a.seg.nrrd: segment 'lung': 'lung' is none of the classes, which are nodule, mass"))
            let run = try make(own, "nodule,mass", ["--ignore", "Lung"])
            #expect(run.status == 0 && run.output.contains("3 objects: 2 nodule, 1 mass"), "\(run.errors)")
            #expect(try own.labels("a").classes == [1: 0, 2: 0, 3: 1])
            #expect(try own.extents("a") == [extent, [6, 6, 6, 6, 6, 6, 1], [8, 8, 8, 8, 8, 9, 2]])
            #expect(try own.tool.run("prep", "100", "--full_check", "-o", "prep=nothing").status == 0)
            let objects = try make(own, "nodule,mass", ["--ignore", "lung", "--segments", "objects"])
            #expect(objects.status == 0 && objects.output.contains("2 objects: 1 nodule, 1 mass"), "\(objects.errors)")
            #expect(try own.extents("a")[0] == [1, 3, 2, 6, 6, 6, 33])
            #expect(try make(own, "nodule", ["--ignore", "lung", "--segments", "layers"]).status == 2)
        }
    }

    @Test func segmentationsOfAPartOfTheImageAndFinerThanIt() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            // The voxels from (1, 3, 2) on, as Slicer saves what was drawn on alone.
            let part = OwnImages.geometry.cropped(SIMD3(1, 3, 2), SIMD3(4, 8, 9))
            let small = map([(SIMD3(0, 0, 0), SIMD3(2, 4, 4), 1)], part.size)
            try write(SegmentationFixture(part, [small], [("x", 1, 0), ("not drawn", 5, 0)]), own)
            let run = try make(own, "nodule")
            #expect(run.status == 0, "\(run.errors)")
            #expect(try own.extents("a") == [extent])
            // Twice as fine along every axis, and with RAS coordinates.
            let fine = OwnImages.geometry.resampled(to: OwnImages.geometry.size &* 2)
            var fixture = SegmentationFixture(fine, [map([(SIMD3(2, 6, 4), SIMD3(6, 14, 12), 1)], fine.size)], [("nodule", 1, 0)])
            fixture.space = "right-anterior-superior"
            try write(fixture, own)
            #expect(try make(own, "nodule").status == 0)
            #expect(try own.extents("a") == [extent])
            // Axes in another order and direction.
            let turned = try OwnImages.geometry.axes(to: "SAL")
            let image = map([(SIMD3(1, 3, 2), SIMD3(3, 7, 6), 1)], OwnImages.geometry.size)
            try write(
                SegmentationFixture(
                    OwnImages.geometry.reoriented(axes: turned.axes, flips: turned.flips),
                    [image.reoriented(axes: turned.axes, flips: turned.flips)], [("nodule", 1, 0)]), own)
            #expect(try make(own, "nodule").status == 0)
            #expect(try own.extents("a") == [extent])

            var larger = OwnImages.geometry
            larger.size.z += 3
            try write(SegmentationFixture(larger, [map([(SIMD3(1, 1, 1), SIMD3(2, 2, 17), 1)], larger.size)], [("nodule", 1, 0)]), own)
            let wrong = try make(own, "nodule")
            #expect(wrong.status == 1 && wrong.errorLines.count == 1 && wrong.errors.contains("segment 'nodule': reaches out of its image"))
            // One that is larger, but drawn on the image alone, does no harm.
            try write(SegmentationFixture(larger, [map([(SIMD3(1, 3, 2), SIMD3(3, 7, 6), 1)], larger.size)], [("nodule", 1, 0)]), own)
            #expect(try make(own, "nodule").status == 0)
            #expect(try own.extents("a") == [extent])
        }
    }

    /// What a model has found comes back from Slicer as the voxels that are painted for it.
    @Test func regionsOfPredictions() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            let found = CasePrediction(
                caseID: "a",
                detections: Detections(
                    boxes: [Box(lower: SIMD3(0, 2, 1), upper: SIMD3(3, 7, 6)), Box(lower: SIMD3(4.6, 1.2, 7), upper: SIMD3(5.9, 4.1, 10))],
                    scores: [0.9, 0.8], labels: [1, 0]),
                geometry: OwnImages.geometry, isRestored: true)
            let drawn = own.root.appendingPathComponent("drawn")
            try AtomicFile.createFolder(drawn)
            try found.writeMarkups(in: drawn, legend: ClassLegend(names: ["nodule", "mass"]))
            try FileManager.default.moveItem(
                at: drawn.appendingPathComponent("a_boxes.mrk.json"), to: drawn.appendingPathComponent("a.mrk.json"))
            let run = try make(own)
            #expect(run.status == 0 && run.output.contains("2 objects: 1 nodule, 1 mass"), "\(run.errors)")
            let painted = found.detections.painted(shape: OwnImages.geometry.size, dimension: 3).map.instanceBoxes()
            #expect(try Set(own.labels("a").map.instanceBoxes().map(\.box)) == Set(painted.map(\.box)))
            #expect(try own.extents("a").map { Array($0.prefix(6)) } == [[1, 3, 2, 2, 6, 5], [5, 2, 8, 5, 3, 9]])
        }
    }

    /// The box of `extent` in LPS: middle (8.25, −24.5, 33), sides 2, 4 and 4 mm.
    @Test func regionsAndPoints() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            func region(_ system: String, _ sign: Double, label: String = "mass 1", visible: Bool = true, more: String = "") -> String {
                """
                {"@schema": "x", "markups": [{"type": "ROI", "coordinateSystem": "\(system)", "roiType": "Box",
                  "center": [\(sign * 8.25), \(sign * -24.5), 33], "size": [4, 2, 4],
                  "orientation": [0, \(sign), 0, \(sign), 0, 0, 0, 0, 1],
                  "controlPoints": [{"label": "\(label)", "position": [0, 0, 0]}], "display": {"visibility": \(visible)}\(more)}]}
                """
            }
            for (system, sign) in [("LPS", 1.0), ("RAS", -1.0)] {
                try write(region(system, sign), own)
                let run = try make(own)
                #expect(run.status == 0 && run.output.contains("1 objects: 0 nodule, 1 mass"), "\(run.errors)")
                #expect(try own.extents("a") == [extent])
            }
            // Slicer's own label says nothing: the file's name does, where there are several classes.
            try write(region("LPS", 1, label: "R-1"), own)
            #expect(try make(own).errors.contains("'R-1' is none of the classes"))
            #expect(try make(own, "any").status == 1)
            try FileManager.default.removeItem(at: own.task.url)
            #expect(try make(own, "any").status == 0)
            try FileManager.default.removeItem(at: own.task.url)
            try FileManager.default.removeItem(at: own.root.appendingPathComponent("drawn"))
            try write(region("LPS", 1, label: "R-1"), own, "a/mass.mrk.json")
            // 2 mm around voxel z 7, y 9, x 9 (LPS 5.5, −29, 44); the second point is not placed.
            try write(
                """
                {"markups": [{"type": "Fiducial", "coordinateSystem": "0", "controlPoints": [
                  {"label": "nodule-1", "position": [-5.5, 29, 44], "positionStatus": "defined"},
                  {"label": "nodule-2", "position": [0, 0, 0], "positionStatus": "undefined"}]}]}
                """, own, "a/F.mrk.json")
            let points = try make(own)
            #expect(
                points.status == 1
                    && points.errors.contains("F.mrk.json: is a list of points, which have no size (give it: --point-diameter"))
            let run = try make(own, "nodule,mass", ["--point-diameter", "2"])
            #expect(run.status == 0 && run.output.contains("2 objects: 1 nodule, 1 mass"), "\(run.errors)")
            #expect(try Set(own.extents("a").map { Array($0.prefix(6)) }) == [Array(extent.prefix(6)), [7, 8, 7, 7, 10, 11]])
            let larger = try make(own, "nodule,mass", ["--point-diameter", "4"])
            #expect(larger.output.contains("(") == false && larger.status == 0)
            #expect(try own.extents("a").contains { Array($0.prefix(6)) == [6, 7, 5, 8, 11, 13] })
            #expect(try make(own, "nodule,mass", ["--point-diameter", "0"]).status == 2)

            // Hidden ones.
            try write(region("LPS", 1, visible: false), own, "a/hidden.mrk.json")
            #expect(try make(own, "nodule,mass", ["--point-diameter", "2"]).errors.contains("the object has no voxel of its own"))
            #expect(try make(own, "nodule,mass", ["--point-diameter", "2", "--visible-only"]).output.contains("2 objects"))

            for (text, message) in [
                ("{\"markups\": [{\"type\": \"Line\"}]}", "is a Line, which marks no volume"),
                (region("XYZ", 1), "is in the coordinate system 'XYZ'"),
                (region("LPS", 1).replacing("\"size\": [4, 2, 4]", with: "\"size\": [4, 2]"), "is a region without a centre and three"),
                (region("LPS", 1).replacing("8.25", with: "800"), "the object lies outside of its image"),
                ("{}", "key 'markups' is missing"), ("not json", "not valid JSON"),
            ] {
                try write(text, own, "a/hidden.mrk.json")
                let wrong = try make(own, "nodule,mass", ["--point-diameter", "2"])
                #expect(wrong.status == 1 && wrong.errorLines.count == 1 && wrong.errors.contains(message), "\(message): \(wrong.errors)")
            }
        }
    }

    /// What predict writes for Slicer comes back as the objects that were found.
    @Test func predictionsComeBack() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            let boxes = [Box(lower: SIMD3(0, 2, 1), upper: SIMD3(3, 7, 6)), Box(lower: SIMD3(4, 4, 4), upper: SIMD3(6, 6, 6))]
            let prediction = CasePrediction(
                caseID: "a", detections: Detections(boxes: boxes, scores: [0.9, 0.2], labels: [1, 0]), geometry: OwnImages.geometry,
                isRestored: true)
            let legend = ClassLegend(names: ["nodule", "mass"], operatingScores: [0: 0.5, 1: 0.5])
            try prediction.writeMarkups(in: own.root.appendingPathComponent("drawn"), legend: legend)
            let run = try make(own)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try own.extents("a") == [extent, [5, 5, 5, 5, 5, 5, 1]] && own.labels("a").classes == [1: 1, 2: 0])
            #expect(try make(own, "nodule,mass", ["--visible-only"]).status == 0)
            #expect(try own.extents("a") == [extent])
        }
    }

    @Test func mistakesAreOneLine() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            func fails(_ text: String, _ more: [String] = []) throws {
                let run = try make(own, "nodule,mass", more)
                #expect(run.status == 1 && run.errorLines.count == 1 && run.errors.contains(text), "\(run.errors)")
            }
            try fails("drawn: no such folder")
            try AtomicFile.createFolder(own.root.appendingPathComponent("drawn"))
            try fails("holds no segmentations (.seg.nrrd) or markups (.mrk.json)")
            try write("NRRD0004\n", own, "a.seg.nrrd")
            try fails("a.seg.nrrd: is truncated: its header does not end")
            try FileManager.default.removeItem(at: own.root.appendingPathComponent("drawn/a.seg.nrrd"))
            try write("{\"markups\": []}", own, "b.mrk.json")
            try fails("1 of 1 names match no image: b")
            try write("{\"markups\": []}", own, "a.mrk.json")
            try FileManager.default.removeItem(at: own.root.appendingPathComponent("drawn/b.mrk.json"))
            #expect(try make(own).output.contains("1 cases without objects"))
            try own.image("c.nii.gz")
            try fails("1 of 2 cases have no annotation: c")
            #expect(try make(own, "nodule,mass", ["--missing-as-empty"]).status == 0)
            #expect(try make(own, "").status == 2)
        }
    }
}
