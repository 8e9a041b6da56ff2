import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// `nndet dataset from-boxes`.
@Suite struct OwnBoxesCommandTests {
    /// First and last voxel along z, y, x, and their number, of the box that most tests describe.
    private static let extent = [1, 3, 2, 2, 6, 5, 32]

    private func write(_ text: String, _ own: OwnImages, _ name: String = "boxes.csv") throws -> String {
        let file = own.root.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private func make(_ own: OwnImages, _ text: String, _ coordinates: String, _ more: [String] = [], name: String = "boxes.csv") throws
        -> CommandLineTool.Result
    {
        try own.run(
            "from-boxes",
            ["--modalities", "CT", "--classes", "nodule,mass", "--boxes", try write(text, own, name), "--coordinates", coordinates] + more)
    }

    /// The same box in all the ways in which it can be written.
    @Test(arguments: [
        ("case,class,x_min,y_min,z_min,x_max,y_max,z_max\na,mass,2,3,1,5,6,2\n", "voxel"),
        ("\u{FEFF}image;label;x_min;y_min;z_min;x_max;y_max;z_max\nscans/a_0000.nii.gz;1;2;3;1;5;6;2\n", "voxel"),
        ("file\tcategory\tcenter_x\tcenter_y\tcenter_z\tsize_x\tsize_y\tsize_z\na.nii.gz\tMass\t3.5\t4.5\t1.5\t4\t4\t2\n", "voxel"),
        ("case_id,class_id,x_min,y_min,z_min,x_max,y_max,z_max\na,1,7.25,-26.5,31,9.25,-22.5,35\n", "lps"),
        ("case,class,x_min,y_min,z_min,x_max,y_max,z_max\r\n\"a\",\"mass\",-9.25,22.5,31,-7.25,26.5,35\r\n", "ras"),
        ("case,class,center_x,center_y,center_z,size_x,size_y,size_z\na,mass,8.25,-24.5,33,2,4,4\n", "lps"),
    ]) func tables(text: String, coordinates: String) throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            let run = try make(own, text, coordinates)
            #expect(run.status == 0 && run.output.contains("1 objects: 0 nodule, 1 mass"), "\(run.errors)")
            #expect(try own.extents("a") == [Self.extent] && own.labels("a").classes == [1: 1])
            #expect(try own.tool.run("prep", "100", "--full_check", "-o", "prep=nothing").status == 0)
        }
    }

    /// What a model has found, corrected and used as annotation: the boxes of the masks are those of the table.
    @Test func tableOfPredictions() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            let image = try ImageReader().geometry(own.images.appendingPathComponent("a.nii.gz"))
            let found = CasePrediction(
                caseID: "a",
                detections: Detections(
                    boxes: [Box(lower: SIMD3(0, 2, 1), upper: SIMD3(3, 7, 6)), Box(lower: SIMD3(4.6, 1.2, 7), upper: SIMD3(5.9, 4.1, 10))],
                    scores: [0.9, 0.8], labels: [1, 0]),
                geometry: image, isRestored: true)
            try found.writeCSV(in: own.root, legend: ClassLegend(names: ["nodule", "mass"]))
            let text = try String(contentsOf: own.root.appendingPathComponent("a_boxes.csv"), encoding: .utf8)
            let run = try make(own, text, "voxel")
            #expect(run.status == 0 && run.output.contains("2 objects: 1 nodule, 1 mass"), "\(run.errors)")
            let painted = found.detections.painted(shape: image.size, dimension: 3).map.instanceBoxes()
            #expect(try Set(own.labels("a").map.instanceBoxes().map(\.box)) == Set(painted.map(\.box)))
            let extents = try own.extents("a").map { Array($0.prefix(6)) }
            #expect(extents == [[1, 3, 2, 2, 6, 5], [5, 2, 8, 5, 3, 9]], "\(extents)")
            for coordinates in ["lps", "ras"] {
                let wrong = try make(own, text, coordinates)
                #expect(wrong.status == 1 && wrong.errors.contains("use --coordinates voxel"), "\(wrong.errors)")
            }
        }
    }

    @Test func balls() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("1.2.3.nii.gz")
            // 4 mm around voxel z 4, y 6, x 7: ± 1 voxel of 2 mm, ± 2 of 1 mm, ± 4 of 0.5 mm.
            let header = "seriesuid,coordX,coordY,coordZ,diameter_mm\n"
            for (line, coordinates) in [("1.2.3,6.5,-26,38,4\n", "lps"), ("1.2.3,-6.5,26,38,4\n", "ras"), ("1.2.3,7,6,4,4\n", "voxel")] {
                let file = try write(header + line, own)
                let run = try own.run(
                    "from-boxes", ["--modalities", "CT", "--classes", "nodule", "--boxes", file, "--coordinates", coordinates])
                #expect(run.status == 0, "\(run.errors)")
                let extent = try own.extents("1.2.3")[0]
                #expect(Array(extent.prefix(6)) == [3, 4, 3, 5, 8, 11], "\(coordinates)")
                // In the middle slice 9 + 2 · 7 + 2 · 1 voxels, in those beside it one each.
                #expect(extent[6] == 27)
            }
        }
    }

    @Test func columnsOfOtherNames() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            let text = "patient;kind;left;y_min;z_min;right;y_max;z_max\na;nodule;2;3;1;5;6;2\n"
            let missing = try make(own, text, "voxel")
            #expect(missing.status == 1 && missing.errorLines.count == 1 && missing.errors.contains("has no column 'case'"))
            #expect(missing.errors.contains("say which column holds the case: --columns case="))
            #expect(try make(own, text, "voxel", ["--columns", "case=patient"]).errors.contains("has no column 'class'"))
            #expect(try make(own, text, "voxel", ["--columns", "case=patient,class=kind"]).errors.contains("has no column 'x_min'"))
            let run = try make(own, text, "voxel", ["--columns", "case=patient, class=kind, x_min=left, x_max=right"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(try own.extents("a") == [Self.extent])
            #expect(try make(own, text, "voxel", ["--columns", "case=nothing"]).errors.contains("has no column 'nothing'"))
            #expect(try make(own, text, "voxel", ["--columns", "kase=patient"]).errors.contains("is no column that is looked for"))
            #expect(try make(own, text, "voxel", ["--columns", "case"]).status == 2)
        }
    }

    @Test func jsonOfCOCO() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            try own.image("b.nii.gz")
            func json(_ box: String, image: String = "1", category: Int = 9) -> String {
                """
                {"images": [{"id": 1, "file_name": "x/a_0000.nii.gz"}, {"id": "b"}],
                 "categories": [{"id": 9, "name": "mass"}, {"id": 4, "name": "nodule"}],
                 "annotations": [{"image_id": \(image), "category_id": \(category), "bbox": [\(box)]},
                                 {"image_id": "b", "category_id": 4, "bbox": [0, 0, 0, 1, 1, 1]}]}
                """
            }
            func make(_ text: String, _ coordinates: String, _ more: [String] = []) throws -> CommandLineTool.Result {
                try own.run(
                    "from-boxes",
                    ["--modalities", "CT", "--boxes", try write(text, own, "boxes.json"), "--coordinates", coordinates] + more)
            }
            let run = try make(json("2, 3, 1, 4, 4, 2"), "voxel")
            #expect(run.status == 0, "\(run.errors)")
            // Classes by the ids of the categories.
            #expect(
                try own.task.info.labels == ["nodule", "mass"] && own.labels("a").classes == [1: 1] && own.labels("b").classes == [1: 0])
            #expect(try own.extents("a") == [Self.extent] && own.extents("b") == [[0, 0, 0, 0, 0, 0, 1]])
            // In mm, with the classes in another order.
            try FileManager.default.removeItem(at: own.task.url)
            let text = json("7.25, -26.5, 31, 2, 4, 4").replacing("[0, 0, 0, 1, 1, 1]", with: "[9.8, -20.2, 29.5, 0.4, 0.4, 1]")
            let world = try make(text, "lps", ["--classes", "mass,nodule"])
            #expect(world.status == 0, "\(world.errors)")
            #expect(try own.extents("a") == [Self.extent] && own.labels("a").classes == [1: 0] && own.labels("b").classes == [1: 1])

            for (text, message) in [
                (json("2, 3, 4, 4"), "annotations[0]: 'bbox' has 4 numbers, a box has 6"),
                (json("2, 3, 1, 4, 0, 2"), "annotations[0]: a size is not positive"),
                (json("2, 3, 1, 4, 4, 2", image: "7"), "annotations[0]: image 7 is not among 'images'"),
                (json("2, 3, 1, 4, 4, 2", category: 7), "annotations[0]: category 7 is not among"),
                ("[]", "boxes.json"), ("{\"images\": []}", "key 'categories' is missing"),
            ] {
                let wrong = try make(text, "voxel", ["--classes", "mass,nodule"])
                #expect(wrong.status == 1 && wrong.errorLines.count == 1 && wrong.errors.contains(message), "\(wrong.errors)")
            }
            let category = try make(json("2, 3, 1, 4, 4, 2"), "voxel", ["--classes", "mass"])
            #expect(category.status == 1 && category.errors.contains("category 4: 'nodule' is none of the classes"))
            #expect(try make(json("2, 3, 1, 4, 4, 2"), "voxel", ["--columns", "case=x"]).errors.contains("--columns: goes with tables"))
        }
    }

    /// Cases whose own names end like the number of a modality, and one that is written in two ways.
    @Test func namesOfCases() throws {
        try OwnImages.with { (own: OwnImages) throws in
            for index in 0..<2 {
                try own.image("c_0001_000\(index).nii.gz")
                try own.image("d_000\(index).nii.gz")
            }
            let text = "case,x_min,y_min,z_min,x_max,y_max,z_max\nc_0001,1,1,1,2,2,2\nd,1,1,1,2,2,2\nx/d_0001.nii.gz,4,4,4,5,5,5\n"
            let run = try own.run(
                "from-boxes",
                ["--modalities", "T1,T2", "--classes", "x", "--boxes", try write(text, own), "--coordinates", "voxel"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(try own.labels("c_0001").classes == [1: 0] && own.labels("d").classes == [1: 0, 2: 0])
        }
    }

    @Test func overlapsCutsAndChanges() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            try own.image("b.nii.gz")
            let header = "case,class,x_min,y_min,z_min,x_max,y_max,z_max\n"
            let text = header + "a,mass,0,0,0,7,7,7\na,nodule,2,2,2,3,3,3\nb,mass,10,10,8,20,20,20\n"
            let run = try make(own, text, "voxel")
            #expect(run.status == 0 && run.errors.contains("1 objects overlap smaller ones"), "\(run.errors)")
            #expect(run.errors.contains("1 objects reach out of their images and were cut"))
            #expect(try own.extents("a").map { $0[6] } == [512 - 8, 8] && own.labels("a").classes == [1: 1, 2: 0])
            #expect(try own.extents("b") == [[8, 10, 10, 9, 11, 13, 16]])
            // Only the case of which a box has changed is made again.
            let changed = try make(own, text.replacing("3,3,3", with: "3,3,4"), "voxel")
            #expect(changed.output.contains("2 training cases (1 unchanged)"))
            #expect(try own.extents("a")[1][6] == 12)
            let empty = try make(own, header + "a,mass,0,0,0,7,7,7\n", "voxel", ["--missing-as-empty"])
            #expect(empty.status == 0 && empty.output.contains("1 cases without objects"))
            #expect(try own.labels("b").classes.isEmpty)
        }
    }

    @Test func mistakesAreOneLine() throws {
        try OwnImages.with { (own: OwnImages) throws in
            try own.image("a.nii.gz")
            let header = "case,class,x_min,y_min,z_min,x_max,y_max,z_max\n"
            for (text, message) in [
                ("", "boxes.csv: is empty"),
                ("case class x_min\na nodule 1\n", "has no column 'case'"),
                ("case,class\na,nodule\n", "has no column 'x_min'"),
                ("case,x_min,y_min,z_min,x_max,y_max,z_max\na,1,1,1,2,2,2\n", "has no column 'class'"),
                (header + "a,nodule,1,1,1,2,2\n", "boxes.csv line 2: has 7 cells, the first line has 8"),
                (header + "a,nodule,1,1,one,2,2,2\n", "boxes.csv line 2: 'one' is not a number"),
                (header + "a,cyst,1,1,1,2,2,2\n", "line 2: 'cyst' is none of the classes, which are nodule, mass"),
                (header + "a,2,1,1,1,2,2,2\n", "line 2: '2' is none of the classes"),
                (header + "a,nodule,3,1,1,2,2,2\n", "line 2: the box ends before it begins"),
                (header + "a,nodule,100,1,1,102,2,2\n", "line 2: the object lies outside of its image of 14 × 12 × 10 voxels"),
                (header + "a,nodule,1,1,1,2,2,2\na,mass,1,1,1,2,2,2\n", "the object has no voxel of its own"),
                (header + "a,nodule,1,1,1,2,2,2\nz,mass,1,1,1,2,2,2\n", "1 of 2 names match no image: z"),
                (header, "1 of 1 cases have no annotation: a"),
                ("case,class,center_x,center_y,center_z,size_x,size_y,size_z\na,mass,1,1,1,2,0,2\n", "line 2: a size is not positive"),
            ] {
                let run = try make(own, text, "voxel")
                #expect(run.status == 1 && run.errorLines.count == 1 && run.errors.contains(message), "\(message): \(run.errors)")
            }
            // In mm, boxes in voxels lie elsewhere.
            #expect(try make(own, header + "a,nodule,1,1,1,2,2,2\n", "lps").errors.contains("lies outside of its image"))
            let file = try write(header, own)
            let arguments = ["--modalities", "CT", "--boxes", file]
            #expect(
                try own.run("from-boxes", arguments + ["--coordinates", "voxel"]).errors.contains(
                    "--classes: a table does not name them all"))
            #expect(try own.run("from-boxes", arguments + ["--coordinates", "itk", "--classes", "a"]).status == 2)
            #expect(try own.run("from-boxes", arguments + ["--classes", "a"]).status == 2)
            let nowhere = ["--modalities", "CT", "--boxes", "/nowhere.csv", "--coordinates", "voxel", "--classes", "a"]
            try own.fails("from-boxes", nowhere, "/nowhere.csv")
        }
    }
}
