import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// File formats, names and orientations, from raw files to results on the grid of each image.
@Suite struct FormatCommandTests {
    private let model = "RetinaUNetV001_D3V001_3d"

    private func turn(_ file: URL, _ axes: SIMD3<Int>, _ flips: [Bool], to target: URL) throws {
        let image = try ImageReader().read(file)
        let turned = Image(
            volume: image.volume.reoriented(axes: axes, flips: flips), geometry: image.geometry.reoriented(axes: axes, flips: flips))
        try FileManager.default.removeItem(at: file)
        try ImageWriter.write(turned, to: target)
    }

    /// Cases turned in every way and stored in every format give the arrays that they gave before.
    @Test func formatsAndOrientationsMakeNoDifference() throws {
        try TinyTask.with(train: 6) { (task: TinyTask) throws in
            let calm = task.folder.deletingLastPathComponent().appendingPathComponent("Task001_Calm")
            try FileManager.default.copyItem(at: task.folder, to: calm)
            #expect(try task.tool.run("prep", "001").status == 0)
            let turns: [(SIMD3<Int>, [Bool], String)] = [
                (SIMD3(2, 0, 1), [true, false, false], "nrrd"), (SIMD3(0, 1, 2), [false, true, true], "mha"),
                (SIMD3(0, 1, 2), [false, false, false], "nii"),
            ]
            for (index, (axes, flips, ending)) in turns.enumerated() {
                let raw = task.file("raw_splitted")
                try turn(task.image(index), axes, flips, to: raw.appendingPathComponent("imagesTr/case_\(index)_0000.\(ending)"))
                try turn(task.label(index), axes, flips, to: raw.appendingPathComponent("labelsTr/case_\(index).\(ending)"))
            }
            // MetaImage with a header beside the voxels, as others write it.
            let image = try ImageReader().read(task.image(3))
            let raw = task.file("raw_splitted/imagesTr")
            try image.volume.voxels.withUnsafeBytes { try Data($0).write(to: raw.appendingPathComponent("case_3_0000.raw")) }
            let header =
                "ObjectType = Image\nNDims = 3\nDimSize = 36 36 36\nElementType = MET_FLOAT\nElementSpacing = 1 1 1\nOffset = 0 0 0\n"
                + "TransformMatrix = 1 0 0 0 1 0 0 0 1\n"
                + "ElementByteOrderMSB = False\nElementDataFile = case_3_0000.raw\n"
            try Data(header.utf8).write(to: raw.appendingPathComponent("case_3_0000.mhd"))
            try FileManager.default.removeItem(at: task.image(3))

            let result = try task.tool.run("prep", "000", "--full_check")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.errors.contains("The images have different orientations (4 × LPS"), "\(result.errors)")
            for path in ["raw_cropped/imagesTr", "preprocessed/D3V001_3d/imagesTr", "preprocessed/D3V001_3d/labelsTr"] {
                for name in try FileManager.default.contentsOfDirectory(atPath: task.file(path).path) where name.hasSuffix(".npz") {
                    let mine = try NPZ.read(task.file("\(path)/\(name)"))
                    #expect(try mine == NPZ.read(calm.appendingPathComponent("\(path)/\(name)")), "\(path)/\(name)")
                }
            }
            // Evaluation in image space is on the grid of the file itself.
            let labels = try NPZ.read(task.file("preprocessed/labelsTr/case_0_instances_gt.npz"))["instances"]
            let map = try ImageReader().readLabels(task.file("raw_splitted/labelsTr/case_0.nrrd"))
            #expect(labels?.int32s() == map.volume.voxels)

            // Left alone on request, which then differs.
            #expect(try task.tool.run("prep", "000", "--reference-behaviour").status == 0)
            let name = "raw_cropped/imagesTr/case_0.npz"
            #expect(try NPZ.read(task.file(name)) != NPZ.read(calm.appendingPathComponent(name)))
        }
    }

    /// A test image and the same one turned give the same objects, each on its own grid.
    @Test func predictionsLieOnTheGridOfEachImage() throws {
        try TinyTask.with(test: 1) { (task: TinyTask) throws in
            let test = task.file("raw_splitted/imagesTs")
            let image = try ImageReader().read(test.appendingPathComponent("case_5_0000.nii.gz"))
            let (axes, flips) = (SIMD3(2, 0, 1), [true, false, true])
            let turned = Image(
                volume: image.volume.reoriented(axes: axes, flips: flips), geometry: image.geometry.reoriented(axes: axes, flips: flips))
            try ImageWriter.write(turned, to: test.appendingPathComponent("case.turned_0000.nrrd"))
            let labels = task.file("raw_splitted/labelsTs")
            try FileManager.default.copyItem(
                at: labels.appendingPathComponent("case_5.json"), to: labels.appendingPathComponent("case.turned.json"))
            let map = try ImageReader().readLabels(labels.appendingPathComponent("case_5.nii.gz")).volume.reoriented(
                axes: axes, flips: flips)
            try ImageWriter.write(Image(volume: map, geometry: turned.geometry), to: labels.appendingPathComponent("case.turned.mha"))
            func run(_ command: [String]) throws {
                let result = try task.tool.run(command)
                #expect(result.status == 0, "\(command): \(result.errors)")
            }
            let fold = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model).fold(0)
            for command in [["prep", "000"], ["unpack", "000"]] { try run(command) }
            try TrainedTask.install(in: task)
            for command in [["sweep", "000", model, "0"], ["predict", "000", model, "-f", "0", "-ntta", "1"]] { try run(command) }
            let folder = fold.predictions(.test)
            let straight = try CasePrediction.read("case_5", in: folder)
            let other = try CasePrediction.read("case.turned", in: folder)
            #expect(other.geometry.isClose(to: turned.geometry) && straight.geometry.isClose(to: image.geometry))
            #expect(straight.detections.count > 0 && straight.detections.scores == other.detections.scores)
            for (box, turnedBox) in zip(straight.detections.boxes, other.detections.boxes) {
                for axis in 0..<3 {
                    let source = axes[axis]
                    let last = Float(image.geometry.size[source] - 1)
                    let (lower, upper) =
                        flips[axis] ? (last - box.upper[source], last - box.lower[source]) : (box.lower[source], box.upper[source])
                    #expect(abs(turnedBox.lower[axis] - lower) < 1e-3 && abs(turnedBox.upper[axis] - upper) < 1e-3)
                }
            }
        }
    }
}
