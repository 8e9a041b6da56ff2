import Core
import Foundation
import Imaging
import Support
import TestSupport

/// What nnU-Net would have written of a task: probabilities that follow the annotated objects.
struct NNUNetResults {
    enum Version { case v1, v2 }

    let task: TaskFolder
    var version = Version.v1
    /// Probability of an object's class at its voxels.
    var certainty: Float = 0.9
    /// Voxels of the whole image that are called class 0 though nothing is there, each with this probability.
    var noise: [(SIMD3<Int>, Float)] = []
    /// Further classes, of stuff, at the voxels where nothing is annotated.
    var stuffClasses = 0

    /// Writes the files of one case into `folder`.
    func write(_ id: String, _ split: TaskFolder.Split, in folder: URL) throws {
        let image = try ImageReader().readLabels(task.labelFile(of: id, split))
        let classes = try CaseLabels.read(task.labelJSON(of: id, split)).instances
        let map = image.volume
        let things = task.info.labels.count
        var channels = [[Float]](repeating: [Float](repeating: 0, count: map.count), count: things + 1 + stuffClasses)
        func set(_ offset: Int, _ channel: Int, _ value: Float) {
            channels[channel][offset] = value
            channels[0][offset] = 1 - value
        }
        for offset in 0..<map.count {
            channels[0][offset] = 1
            if map.voxels[offset] > 0 {
                set(offset, (classes[Int(map.voxels[offset])] ?? 0) + 1, certainty)
            } else if stuffClasses > 0 {
                set(offset, things + 1, 0.8)
            }
        }
        for (place, value) in noise { set(map.offset(place.x, place.y, place.z), 1, value) }
        let file = folder.appendingPathComponent("\(id).npz")
        guard version == .v1 else {
            try NPZ.write(
                ["probabilities": NPYArray(channels.flatMap { $0 }, shape: [channels.count, map.shape.x, map.shape.y, map.shape.z])],
                to: file)
            return
        }
        // Version 1 saves a crop of the image, in half precision.
        let (lower, upper) = (SIMD3(1, 1, 0), map.shape &- SIMD3(0, 1, 0))
        let size = upper &- lower
        let cropped = channels.flatMap { Volume(shape: map.shape, voxels: $0).cropped(lower, upper).voxels }.map { Float16($0) }
        try NPZ.write(
            [
                "softmax": NPYArray(
                    scalar: .float16, shape: [channels.count, size.x, size.y, size.z], bytes: cropped.withUnsafeBytes { Data($0) })
            ], to: file)
        try AtomicFile.write(
            TestPickle.map([
                "crop_bbox": (0..<3).map { [lower[$0], upper[$0]] },
                "original_size_of_raw_data": [[map.shape.x, map.shape.y, map.shape.z]],
            ]), to: folder.appendingPathComponent("\(id).pkl"))
    }

    /// Writes a trainer's folder: the training cases in folds, one after the other.
    func writeTrainer(_ folder: URL, folds: Int = 2) throws {
        for (index, id) in try task.caseIDs(.train).enumerated() {
            let fold = folder.appendingPathComponent("fold_\(index % folds)")
            try write(id, .train, in: fold.appendingPathComponent(version == .v1 ? "validation_raw" : "validation"))
        }
    }
}
