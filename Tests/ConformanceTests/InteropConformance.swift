import Boxes
import Core
import Detector
import Evaluation
import Foundation
import Imaging
import Inference
import Interop
import Pickle
import Pipeline
import Preprocessing
import Support
import TestSupport
import Testing
import Torch

/// Family `interop`: a model folder of the original with its data and predictions, beside the seed folders.
@Suite(.serialized, .enabled(if: FileManager.default.fileExists(atPath: SeedFolder.root.appendingPathComponent("interop").path)))
struct InteropConformance {
    private static let cases = ["case_10", "case_11", "case_12"]

    private func file(_ path: String) throws -> URL { try #require(SeedFolder.beside("interop/\(path)"), "\(path) is missing") }

    private func note(_ file: String, _ deviation: Double, _ tolerance: Double) {
        #expect(ConformanceReport.note(family: "interop", file: file, deviation: deviation, tolerance: tolerance), "\(file): \(deviation)")
    }

    private func context(_ folder: URL) -> CommandContext {
        CommandContext(
            environment: Environment(
                dataFolder: folder.appendingPathComponent("data"), modelsFolder: folder.appendingPathComponent("models"), verbose: false),
            log: CommandLog(printing: false))
    }

    /// Runs `body` with the consolidated model, imported.
    private func withModel<Result>(_ body: (_ model: URL, _ folder: URL) throws -> Result) throws -> Result {
        let original = try file("consolidated/config.yaml").deletingLastPathComponent()
        for name in ["model_fold0.ckpt", "plan.pkl", "plan_inference.pkl"] { _ = try file("consolidated/\(name)") }
        return try withTemporaryFolder { (folder: URL) throws in
            let model = folder.appendingPathComponent("model")
            try ImportPython(model: original, output: model).run(context(folder))
            return try body(model, folder)
        }
    }

    @Test func networkOutputs() throws {
        try withModel { model, folder in
            let configuration = try Configuration.read(
                model.appendingPathComponent("config.yaml"), environment: context(folder).environment)
            let plan = try configuration.planOverwrites.applied(to: Plan.read(from: model.appendingPathComponent("plan.json")))
            let network = try RetinaUNet(architecture: plan.architecture, anchors: plan.anchors, configuration: configuration.modelCfg)
            let weights = model.appendingPathComponent("model_fold0.safetensors")
            try network.load(WeightFile.read(weights), from: weights.path)
            let expected = try NPZ.read(file("network_case_10_patch.npz"))
            let data = try #require(NPZ.read(file("preprocessed/D3V001_3d/imagesTs/case_10.npz"))["data"])
            let size = try #require(expected["patch_size"]).integers()
            let origin = try #require(expected["patch_origin"]).integers()
            var images = try Tensor.from(data.floats(), shape: [1] + data.shape)
            for axis in 0..<3 { images = try images.narrowed(axis: axis + 2, start: origin[axis], count: size[axis]) }
            images = try images.contiguous()
            let output = try withoutGrad { try network.forward(images) }

            for (name, tensor) in [("box_logits", output.logits), ("box_deltas", output.deltas)] {
                let mine = try tensor.values(Float.self)
                let theirs = try #require(expected["\(name)_every_101"])
                let width = theirs.shape[1]
                #expect((tensor.shape[0] + 100) / 101 == theirs.shape[0] && tensor.shape[1] == width)
                let largest = theirs.floats().enumerated().reduce(Float(0)) { largest, entry in
                    max(largest, abs(mine[entry.offset / width * 101 * width + entry.offset % width] - entry.element))
                }
                note("network_case_10_patch.npz:\(name)", Double(largest), 1e-4)
            }
            let segmentation = try output.segmentation.values(Float.self)
            let theirs = try #require(expected["seg_logits_every_2"])
            let half = theirs.shape[2...].map { $0 }
            var largest: Float = 0
            for (index, value) in theirs.floats().enumerated() {
                let x = index % half[2], y = index / half[2] % half[1], z = index / half[2] / half[1] % half[0]
                let channel = index / half[2] / half[1] / half[0]
                largest = max(largest, abs(segmentation[((channel * size[0] + 2 * z) * size[1] + 2 * y) * size[2] + 2 * x] - value))
            }
            note("network_case_10_patch.npz:seg_logits", Double(largest), 1e-4)

            let found = try withoutGrad { try network.detections(images)[0] }
            let boxes = Box.boxes(flat: try #require(expected["pred_boxes"]).floats(), dimension: 3)
            let reference = Detections(
                boxes: boxes, scores: try #require(expected["pred_scores"]).floats(),
                labels: try #require(expected["pred_labels"]).integers())
            try compare(found, reference, "network_case_10_patch.npz")
        }
    }

    /// Each detection beside the one of the same class and score, which may stand elsewhere where scores are nearly equal.
    private func compare(_ found: Detections, _ reference: Detections, _ file: String) throws {
        try #require(found.count == reference.count, "\(file): \(found.count) detections instead of \(reference.count)")
        var rest = Set(found.boxes.indices)
        var (boxes, scores): (Float, Float) = (0, 0)
        for index in reference.boxes.indices {
            func distance(_ other: Int) -> Float {
                let (mine, theirs) = (found.boxes[other], reference.boxes[index])
                let largest = zip(mine.flat(), theirs.flat()).map { abs($0 - $1) }.max() ?? 0
                return found.labels[other] == reference.labels[index] ? largest : .infinity
            }
            let nearest = try #require(rest.min { distance($0) < distance($1) })
            rest.remove(nearest)
            boxes = max(boxes, distance(nearest))
            scores = max(scores, abs(found.scores[nearest] - reference.scores[index]))
        }
        note("\(file):pred_boxes", Double(boxes), 1e-3)
        note("\(file):pred_scores", Double(scores), 1e-4)
    }

    private struct Listed: Decodable {
        let pred_boxes: [[Float]]
        let pred_scores: [Float]
        let pred_labels: [Double]

        var detections: Detections {
            Detections(
                boxes: Box.boxes(flat: pred_boxes.flatMap { $0 }, dimension: 3), scores: pred_scores, labels: pred_labels.map { Int($0) })
        }
    }

    /// The original's predictions as it pickled them are what its JSON says.
    @Test(arguments: cases)
    func pickledPredictions(id: String) throws {
        let listed: Listed = try JSONFile.read(from: file("test_predictions/\(id)_boxes.json"))
        let folder = try file("test_predictions/\(id)_boxes.pkl").deletingLastPathComponent()
        let prediction = try CasePrediction.read(id, in: folder)
        #expect(prediction.isRestored && prediction.geometry.size == SIMD3(96, 96, 96))
        try compare(prediction.detections, listed.detections, "test_predictions/\(id)_boxes.pkl")
        #expect(CasePrediction.caseIDs(in: folder) == Self.cases)
    }

    /// What a model that was imported finds: with the original's behaviour the same boxes; with ours no less.
    @Test func predictions() throws {
        try withModel { model, folder in
            let images = try Self.cases.map { try file("imagesTs/\($0)_0000.nii.gz") }
            func predict(_ name: String, _ referenceBehaviour: Bool) throws -> [Detections] {
                let output = folder.appendingPathComponent(name)
                var command = PredictImages(model: model, inputs: images, output: output)
                command.transforms = 1
                command.score = .all
                command.referenceBehaviour = referenceBehaviour
                try command.run(context(folder))
                return try Self.cases.map { try CasePrediction.read($0, in: output).detections }
            }
            let originals = try Self.cases.map { id -> Detections in
                let listed: Listed = try JSONFile.read(from: file("test_predictions/\(id)_boxes.json"))
                return listed.detections
            }
            for (id, (found, original)) in zip(Self.cases, zip(try predict("reference", true), originals)) {
                try compare(found, original, "predict --reference-behaviour: \(id)")
            }
            let truths = try Self.cases.map { id -> GroundTruth in
                let labels = try CaseLabels.read(file("labelsTs/\(id).json"))
                return EvaluationLabels(
                    segmentation: try ImageReader().readLabels(file("labelsTs/\(id).nii.gz")).volume, classes: labels.instances
                ).truth
            }
            func scores(_ found: [Detections]) -> [String: Double] {
                var evaluator = DetectionEvaluator(classes: 2, mode: .full)
                for (detections, truth) in zip(found, truths) { evaluator.add(detections, truth) }
                return evaluator.result().scores
            }
            let (theirs, ours) = (scores(originals), scores(try predict("ours", false)))
            for key in [ScoreName.averagePrecision(iou: 0.1), ScoreName.averagePrecision(iou: 0.5), ScoreName.meanAveragePrecision()] {
                note("predict: loss of \(key)", try #require(theirs[key]) - #require(ours[key]), 0)
            }
        }
    }

    /// A fold's folder holds the same weights as its consolidated one, under other names, and the split.
    @Test func foldFolder() throws {
        try withModel { model, folder in
            let fold = folder.appendingPathComponent("original")
            try FileManager.default.createDirectory(at: fold, withIntermediateDirectories: true)
            for name in ["config.yaml", "plan.pkl", "splits.pkl"] {
                try FileManager.default.copyItem(at: file("fold0/\(name)"), to: fold.appendingPathComponent(name))
            }
            let target = folder.appendingPathComponent("imported")
            // The folder that lacks its checkpoint is told so.
            #expect { try ImportPython(model: fold, output: target).run(context(folder)) } throws: { "\($0)".contains("model_last.ckpt") }
            let weights = try file("consolidated/model_fold0.ckpt")
            for name in ["model_last", "model_best"] {
                try FileManager.default.copyItem(at: weights, to: fold.appendingPathComponent("\(name).ckpt"))
            }
            try ImportPython(model: fold, output: target).run(context(folder))
            let final = try Data(contentsOf: target.appendingPathComponent("model_final.safetensors"))
            #expect(try final == Data(contentsOf: model.appendingPathComponent("model_fold0.safetensors")))
            #expect(FileManager.default.fileExists(atPath: target.appendingPathComponent("model_best.safetensors").path))
            let splits: Splits = try JSONFile.read(from: target.appendingPathComponent("splits.json"))
            #expect(try splits == Splits.kFold((0..<10).map { "case_\($0)" }))
            note("fold0/splits.pkl", splits.folds.count == 5 ? 0 : 1, 0)
            // Without a sweep there are no tuned parameters.
            #expect(!FileManager.default.fileExists(atPath: target.appendingPathComponent("plan_inference.json").path))
            #expect(
                try Plan.read(from: target.appendingPathComponent("plan.json"))
                    == Plan.read(from: model.appendingPathComponent("plan.json")))
        }
    }

    /// The preprocessed data of the original, read through the pickles beside it.
    @Test func preprocessedData() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let source = try file("preprocessed/splits_final.pkl").deletingLastPathComponent()
            for name in [
                "D3V001_3d.pkl", "properties/dataset_properties.pkl", "D3V001_3d/imagesTr/case_1.npz", "D3V001_3d/imagesTr/case_1.pkl",
                "D3V001_3d/imagesTr/case_1_boxes.pkl", "D3V001_3d/imagesTr/case_7.npz", "D3V001_3d/imagesTr/case_7.pkl",
                "D3V001_3d/imagesTr/case_7_boxes.pkl", "D3V001_3d/imagesTs/case_10.pkl",
            ] {
                _ = try file("preprocessed/\(name)")
            }
            let info = try DatasetInfo.read(in: file("dataset.json").deletingLastPathComponent())
            let task = TaskFolder(url: folder.appendingPathComponent(info.task), info: info)
            let summary = try OriginalData(source: source, target: task.preprocessed).convert()
            #expect(summary.plans == ["D3V001_3d"] && summary.cases == 3 && summary.made == 6)
            #expect(try OriginalData(source: source, target: task.preprocessed).convert().made == 0)

            let splits: Splits = try JSONFile.read(from: task.splitsFile())
            #expect(try splits == Splits.kFold((0..<10).map { "case_\($0)" }))
            let fingerprint: Fingerprint = try JSONFile.read(from: task.fingerprintFile)
            #expect(fingerprint.caseIDs.count == 10 && fingerprint.classNames == [0: "Square", 1: "SquareHole"])
            let plan = try Plan.read(from: task.planFile("D3V001_3d"))
            #expect(plan.patchSize == [64, 64, 64] && plan.numClasses == info.labels.count)

            // Arrays and properties fit, and the objects in the arrays are the listed ones.
            let images = task.preprocessedImages("D3V001_3d", .train)
            try Unpacked.run(images)
            var wrong = 0.0
            for id in ["case_1", "case_7"] {
                let item = try PreprocessedCase(id, in: images)
                let seg = try #require(NPZ.read(images.appendingPathComponent("\(id).npz"))["seg"])
                let volume = Volume(shape: item.shape, voxels: seg.int32s())
                let objects = volume.instanceBoxes()
                #expect(objects.map(\.id) == item.candidates.instances)
                if objects.map({ $0.box.flat().map { Int($0) } }) != item.candidates.boxes { wrong += 1 }
                #expect(item.candidates.labels == objects.compactMap { item.properties.instances[$0.id] })
                #expect(item.properties.geometry.spacing == SIMD3(1, 1, 1))
            }
            note("preprocessed/D3V001_3d/imagesTr", wrong, 0)
            let test = try PreparedCase.read("case_10", in: task.preprocessedImages("D3V001_3d", .test))
            #expect(test.channelCount == 1 && test.shape == SIMD3(96, 96, 96))
        }
    }
}
