import Core
import Foundation
import Imaging
import Support
import Testing

/// CADA, ADAM and RibFrac: NIfTI images with maps of objects.
@Suite struct NIfTIDatasetTests {
    private static let two = RawDataset.map([(SIMD3(1, 1, 1), SIMD3(3, 4, 5), 1), (SIMD3(4, 5, 6), SIMD3(6, 8, 10), 2)])

    @Test func cada() throws {
        try RawDataset.with { raw in
            let grid = RawDataset.grid()
            let sparse = RawDataset.map([(SIMD3(1, 1, 1), SIMD3(3, 4, 5), 2), (SIMD3(4, 5, 6), SIMD3(6, 8, 10), 5)])
            for (index, map) in [Self.two, sparse, RawDataset.map([])].enumerated() {
                try raw.write(RawDataset.pattern(seed: index), grid, to: "train_dataset/A00\(index)_orig.nii.gz")
                try raw.write(map, grid, to: "train_mask_images/A00\(index)_labeledMasks.nii.gz")
            }
            try raw.write(RawDataset.pattern(), grid, to: "train_dataset/A009_orig.nii.gz")
            // The header is some way beside, by less than half a voxel.
            var shifted = grid
            shifted.origin += SIMD3(0.1, 0, 0)
            try raw.write(RawDataset.pattern(seed: 4), grid, to: "train_dataset/A004_orig.nii.gz")
            try raw.write(Self.two, shifted, to: "train_mask_images/A004_labeledMasks.nii.gz")
            // Stored with its axes the other way round.
            try raw.write(RawDataset.pattern(seed: 5), grid, to: "train_dataset/A005_orig.nii.gz")
            let turned = try grid.axes(to: "SPL")
            try raw.write(
                Self.two.reoriented(axes: turned.axes, flips: turned.flips), grid.reoriented(axes: turned.axes, flips: turned.flips),
                to: "train_mask_images/A005_labeledMasks.nii.gz")

            let made = try raw.prepare("cada")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("5 cases found, 1 left out") && made.output.contains("left out: A009 has no label map"))
            #expect(made.output.contains("objects: 8 aneurysm; 1 case without any"), "\(made.output)")
            #expect(made.output.contains("A001: objects were renumbered: A001_labeledMasks.nii.gz has 2, 5"))
            #expect(made.output.contains("A004: A004_labeledMasks.nii.gz lies 0.2 voxels beside its image"), "\(made.output)")
            #expect(made.output.contains("A005: A005_labeledMasks.nii.gz was turned from"))
            let task = try raw.task("Task017_CADA")
            for id in ["A000", "A001", "A004", "A005"] {
                #expect(try task.map(id).volume == Self.two && task.classes(id) == [1: 0, 2: 0], "\(id)")
                #expect(try task.map(id).geometry.isClose(to: grid))
            }
            #expect(try task.classes("A002").isEmpty && task.ids() == ["A000", "A001", "A002", "A004", "A005"])
            #expect(task.task.info.labels == ["aneurysm"] && task.task.info.modalities == ["CT"] && !task.task.info.testLabels)
            // No split of its own: training's is taken.
            #expect(!FileManager.default.fileExists(atPath: task.task.splitsFile().path) && made.output.contains("seed 12345"))
            let report = try Document.read(task.task.url.appendingPathComponent("prepare.json"))
            #expect(report["converted"] == .integer(5) && report["cases"]?["A000"]?["objects"]?["0"] == .integer(2))
        }
    }

    @Test func masksElsewhereAreToldAndLeftOut() throws {
        try RawDataset.with { raw in
            let grid = RawDataset.grid()
            var elsewhere = grid
            elsewhere.origin += SIMD3(0, 40, 0)
            for (id, place) in [("a", grid), ("b", elsewhere)] {
                try raw.write(RawDataset.pattern(), grid, to: "train_dataset/\(id)_orig.nii.gz")
                try raw.write(Self.two, place, to: "train_mask_images/\(id)_labeledMasks.nii.gz")
            }
            let made = try raw.prepare("cada")
            #expect(made.status == 1 && made.errorLines.count == 1 && made.errors.contains("does not lie on its image: voxels up to"))
            #expect(made.errors.contains("1 of 2 cases") && made.output.contains("converted: 1 case, 0 unchanged, 1 failed"))
            #expect(try raw.task("Task017_CADA").ids() == ["a"])
        }
    }

    @Test func adam() throws {
        try RawDataset.with { raw in
            let grid = RawDataset.grid()
            // Two that touch with different values, and one apart.
            let map = RawDataset.map([
                (SIMD3(1, 1, 1), SIMD3(3, 4, 5), 1), (SIMD3(3, 4, 5), SIMD3(4, 6, 7), 2), (SIMD3(5, 7, 9), SIMD3(7, 9, 11), 2),
            ])
            let ids = ["10001", "10002", "10002B", "10003", "10004", "10005", "10005B", "10006", "10007"]
            for (index, id) in ids.enumerated() {
                let folder = "ADAM_release_subjs/\(id)"
                try raw.write(RawDataset.pattern(seed: index), grid, to: "\(folder)/pre/struct_aligned.nii.gz")
                try raw.write(RawDataset.pattern(seed: 100 + index), grid, to: "\(folder)/pre/TOF.nii.gz")
                if id != "10007" { try raw.write(map, grid, to: "\(folder)/aneurysms.nii.gz") }
                try raw.text(["1,2,3,4"], to: "\(folder)/location.txt")
            }
            let made = try raw.prepare("adam")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("left out: 10007 has no aneurysms.nii.gz"))
            #expect(made.output.contains("10001: 3 objects of different values touch and became 2"), "\(made.output)")
            let task = try raw.task("Task019FG_ADAM")
            let ready = Array(ids.dropLast())
            #expect(try task.ids() == ready)
            let expected = RawDataset.map([
                (SIMD3(1, 1, 1), SIMD3(3, 4, 5), 1), (SIMD3(3, 4, 5), SIMD3(4, 6, 7), 1), (SIMD3(5, 7, 9), SIMD3(7, 9, 11), 2),
            ])
            for (index, id) in ready.enumerated() {
                #expect(try task.map(id).volume == expected && task.classes(id) == [1: 0, 2: 0])
                #expect(try task.image(id, 0).volume == RawDataset.pattern(seed: index))
                #expect(try task.image(id, 1).volume == RawDataset.pattern(seed: 100 + index))
            }
            #expect(task.task.info.labels == ["Aneurysm"] && task.task.info.modalities == ["Structured", "TOF"])
            let folds = try task.splits().folds
            #expect(folds.count == 5 && folds.flatMap(\.val).sorted() == ready)
            // Both scans of a patient are on one side.
            for fold in folds {
                #expect(fold.val.contains("10002") == fold.val.contains("10002B"))
                #expect(fold.val.contains("10005") == fold.val.contains("10005B"))
            }
            #expect(folds[0].val == ["10005", "10005B"] && folds[1].val == ["10002", "10002B"])
        }
    }

    private func ribs(_ raw: RawDataset, header: String = "public_id,label_id,label_code", separator: String = ",") throws {
        let grid = RawDataset.grid()
        for index in 1...3 {
            try raw.write(RawDataset.pattern(seed: index), grid, to: "imagesTr/RibFrac\(index)-image.nii.gz")
            try raw.write(index == 3 ? RawDataset.map([]) : Self.two, grid, to: "labelsTr/RibFrac\(index)-label.nii.gz")
        }
        func rows(_ list: [(String, Int, Int)]) -> [String] {
            list.map { "\($0.0)\(separator)\($0.1)\(separator)\($0.2)" }
        }
        try raw.text([header] + rows([("RibFrac1", 0, 0), ("RibFrac1", 1, -1), ("RibFrac1", 2, 4)]), to: "ribfrac-train-info-1.csv")
        try raw.text([header] + rows([("RibFrac2", 0, 0), ("RibFrac2", 1, 1), ("RibFrac2", 2, 2)]), to: "ribfrac-train-info-2.csv")
        try raw.text([header] + rows([("RibFrac3", 0, 0), ("RibFrac421", 0, 0)]), to: "ribfrac-val-info.csv")
    }

    @Test func ribfrac() throws {
        try RawDataset.with { raw in
            try ribs(raw)
            let made = try raw.prepare("ribfrac")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("objects: 4 fracture; 1 case without any") && made.output.contains("1 scans of the tables"))
            let task = try raw.task("Task020FG_RibFrac")
            #expect(try task.ids() == ["RibFrac1", "RibFrac2", "RibFrac3"])
            for index in 1...2 {
                #expect(try task.map("RibFrac\(index)").volume == Self.two && task.classes("RibFrac\(index)") == [1: 0, 2: 0])
            }
            #expect(try task.classes("RibFrac3").isEmpty && task.image("RibFrac3").volume == RawDataset.pattern(seed: 3))
            #expect(task.task.info.labels == ["fracture"] && task.task.info.name == "RibFracFG")
        }
    }

    @Test func ribfracsTablesMayBeWrong() throws {
        try RawDataset.with { raw in
            try ribs(raw, header: "public_id;label_id;label_code", separator: ";")
            #expect(try raw.prepare("ribfrac", "--check").status == 0)
            try ribs(raw, header: "public_id,label_id,code")
            let column = try raw.prepare("ribfrac")
            #expect(column.status == 1 && column.errorLines.count == 1 && column.errors.contains("has no column 'label_code'"))
            try ribs(raw)
            try raw.text(["public_id,label_id,label_code", "RibFrac1,1,9"], to: "ribfrac-train-info-1.csv")
            #expect(try raw.prepare("ribfrac").errors.contains("ribfrac-train-info-1.csv line 2: label_code is 9"))
            // An object that the table lacks; one that the map lacks.
            try raw.text(["public_id,label_id,label_code", "RibFrac1,1,2", "RibFrac1,7,2"], to: "ribfrac-train-info-1.csv")
            let lacking = try raw.prepare("ribfrac")
            #expect(lacking.status == 1 && lacking.errors.contains("RibFrac1-label.nii.gz: holds object 2, which ribfrac-train-info-1.csv"))
            try raw.text(["public_id,label_id,label_code", "RibFrac1,1,2", "RibFrac1,2,2", "RibFrac1,7,2"], to: "ribfrac-train-info-1.csv")
            let extra = try raw.prepare("ribfrac")
            #expect(extra.status == 0 && extra.output.contains("lists 7, of which RibFrac1-label.nii.gz has no voxel"), "\(extra.output)")
            try ribs(raw)
            try FileManager.default.removeItem(at: raw.file("ribfrac-train-info-2.csv"))
            let less = try raw.prepare("ribfrac")
            #expect(
                less.status == 0 && less.output.contains("left out: RibFrac2 is not in ribfrac-train-info-1.csv, ribfrac-val-info.csv"),
                "\(less.output)")
            for part in ["train-info-1", "train-info-2", "val-info"] {
                try raw.text(["public_id,label_id,label_code", "Rib1,1,2"], to: "ribfrac-\(part).csv")
            }
            let strangers = try raw.prepare("ribfrac")
            #expect(strangers.status == 1 && strangers.errors.contains("none of its public_id is that of an image"), "\(strangers.errors)")
        }
    }
}
