import Core
import Evaluation
import Foundation
import Imaging
import Support

/// Scores predictions that are maps of voxels, one case at a time: segmentations and masks of objects.
struct MapScoring {
    let source: CaseSource
    let ids: [String]
    let folder: URL

    /// Writes `results_seg.json` and `cases_seg.json`; returns the scores.
    ///
    /// Where the segmenter only tells objects from background, annotated objects of all classes count as one. Files that do not say what it
    /// tells apart are taken for such where no voxel has a value above 1.
    /// - Throws: `Problem` naming the cases without a segmentation, or the file that cannot be read.
    func scoreSegmentations(classes: Int, _ context: CommandContext) throws -> [String: Double] {
        let present = try present(SegmentationPrediction.file, "segmentation", "_seg.npz")
        let (largest, told) = try largestValue(ids.filter(present.contains))
        guard largest <= classes else {
            throw Problem(source.predictions, "a segmentation holds the value \(largest), the classes are 1 to \(classes)")
        }
        let isBinary = told.map { $0 < 2 } ?? (largest < 2)
        if isBinary, classes > 1 { context.log.info("the segmentations tell objects from background only: classes count as one") }
        var evaluator = SegmentationEvaluator(classes: isBinary ? 1 : classes)
        let progress = context.progress("segmentations", ids.count)
        for id in ids {
            let truth = try TruthMaps.segmentation(id, in: source.labels)
            var prediction = Volume<Int32>(shape: truth.shape, filledWith: 0)
            if present.contains(id) {
                let labels = try SegmentationPrediction.read(id, in: source.predictions).labels
                prediction = Volume(shape: labels.shape, voxels: labels.voxels.map(Int32.init))
            }
            try evaluator.add(id, prediction: prediction, truth: truth)
            progress.advance(note: id)
        }
        try evaluator.write(in: folder)
        return evaluator.result()
    }

    /// The largest value of all segmentations, and the number of classes that they were made to tell apart, where all say so.
    private func largestValue(_ ids: [String]) throws -> (value: Int, classes: Int?) {
        let predictions = source.predictions
        let found = try parallelMap(ids.count, threads: 2) { index in
            let prediction = try SegmentationPrediction.read(ids[index], in: predictions)
            return (value: Int(prediction.labels.voxels.max() ?? 0), classes: prediction.classes)
        }
        let told = found.compactMap(\.classes)
        return (found.map(\.value).max() ?? 0, told.count == found.count ? told.max() : nil)
    }

    /// Writes `results_instances.json` and `cases_instances.json`; returns the scores, and tells of classes that nothing is annotated of.
    ///
    /// - Throws: `Problem` naming the cases without masks, or the file that cannot be read.
    func scoreInstances(classes: [String], _ context: CommandContext) throws -> [String: Double] {
        let present = try present(InstanceListing.file, "masks of objects", "_instances.nii.gz")
        var evaluator = InstanceEvaluator(classes: classes.count)
        let progress = context.progress("instances", ids.count)
        for id in ids {
            let truth = try TruthMaps.instances(id, in: source.labels)
            var prediction = (map: Volume<Int32>(shape: truth.volume.shape, filledWith: 0), classes: [Int: Int]())
            if present.contains(id) { prediction = try InstanceListing.read(id, in: source.predictions) }
            try evaluator.add(
                id, prediction: prediction.map, predictedClasses: prediction.classes, truth: truth.volume, trueClasses: truth.classes)
            progress.advance(note: id)
        }
        try evaluator.write(in: folder)
        let missing = evaluator.classesWithoutObjects.map { classes[$0] }
        if !missing.isEmpty {
            context.log.info("instances without annotated objects, not part of the means: \(missing.joined(separator: ", "))")
        }
        return evaluator.result()
    }

    private func present(_ file: (String, URL) -> URL, _ what: String, _ ending: String) throws -> Set<String> {
        let present = Set(ids.filter { FileManager.default.fileExists(atPath: file($0, source.predictions).path) })
        let missing = ids.filter { !present.contains($0) }
        guard missing.isEmpty || (source.missingAsEmpty && !present.isEmpty) else {
            throw Problem(
                source.predictions, "\(missing.count) of \(ids.count) cases have no \(what) (<case>\(ending)): \(CaseSource.list(missing))",
                remedy:
                    "let 'nndet predict', for validation cases 'nndet sweep', write them with \(ending.hasPrefix("_seg") ? "--seg" : "--instances")"
            )
        }
        return present
    }
}
