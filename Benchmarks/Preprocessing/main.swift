// One case from raw files to unpacked arrays (144³ → 180³, one modality), and the rate at which batches are made.
// compare.py beside this file runs it next to SimpleITK, SciPy and scikit-image.
import Augmentation
import Core
import Foundation
import Imaging
import Preprocessing
import Support

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nndet-benchmark-\(UUID().uuidString)")
defer { try? FileManager.default.removeItem(at: folder) }
let info = DatasetInfo(task: "Task998_Benchmark", labels: ["object"], modalities: ["MRI"])
let task = TaskFolder(url: folder.appendingPathComponent("Task998_Benchmark"), info: info)

/// A cube of noise with eight objects; intensities are whole numbers, as a scanner's are.
func makeCase(_ id: String, seed: UInt64) throws {
    let shape = SIMD3(144, 144, 144)
    let geometry = Geometry(size: shape, spacing: SIMD3(1.25, 1.25, 1.25))
    var generator = SeededGenerator(seed: seed)
    var labels = Volume<Int32>(shape: shape, filledWith: 0)
    for object in 0..<8 {
        let corner = SIMD3((0..<3).map { _ in generator.integer(in: 2..<120) })
        for i in corner.x..<corner.x + 20 {
            for j in corner.y..<corner.y + 20 {
                for k in corner.z..<corner.z + 20 { labels[i, j, k] = Int32(object + 1) }
            }
        }
    }
    let present = labels.distinctValues().filter { $0 > 0 }
    let voxels = (0..<labels.count).map { Float((100 * generator.normal()).rounded()) + (labels.voxels[$0] > 0 ? 300 : 0) }
    try ImageWriter.write(
        Image(volume: Volume(shape: shape, voxels: voxels), geometry: geometry),
        to: task.images(.train).appendingPathComponent("\(id)_0000.nii.gz"))
    try ImageWriter.write(Image(volume: labels, geometry: geometry), to: task.labels(.train).appendingPathComponent("\(id).nii.gz"))
    try JSONFile.write(
        CaseLabels(instances: Dictionary(uniqueKeysWithValues: present.map { ($0, 0) })), to: task.labelJSON(of: id, .train))
}

func seconds(_ body: () throws -> Void) rethrows -> Double { try ContinuousClock().measure(body) / .seconds(1) }

func report(_ what: String, _ time: Double) { print("\(what): \(Int((time * 1000).rounded())) ms") }

for index in 0..<4 { try makeCase("case_\(index)", seed: UInt64(index)) }
let plan = Plan(
    mode: "3d", plannerID: "benchmark", dataIdentifier: "benchmark_3d", dim: 3, networkDim: 3, numModalities: 1, allClasses: [0],
    targetSpacing: [1, 1, 1], targetSpacingTransposed: [1, 1, 1], medianShapeTransposed: [180, 180, 180], transposeForward: [0, 1, 2],
    transposeBackward: [0, 1, 2], normalizationSchemes: ["nonCT"], useMaskForNorm: [false], anisotropyThreshold: 3,
    resampleAnisotropyThreshold: 3, targetSpacingPercentile: 50, patchSize: [96, 96, 96], batchSize: 4,
    architecture: Plan.Architecture(
        archName: "", dim: 3, inChannels: 1, classifierClasses: 1, segClasses: 1, startChannels: 8, maxChannels: 8, fpnChannels: 8,
        headChannels: 8, convKernels: [], strides: [], decoderLevels: []),
    anchors: Plan.Anchors(width: [], height: [], depth: []), doDummy2DDataAug: false, triggerLowResolution: false, intensity: [])
let preprocessor = try Preprocessor(plan: plan)
let raw = task.images(.train).appendingPathComponent("case_0_0000.nii.gz")
for threads in Set([1, processorCount]).sorted() {
    let times = try (0..<3).map { _ in try seconds { _ = try preprocessor.prepare(id: "case_0", rawFiles: [raw], reader: ImageReader(), threads: threads) } }
    report("one case in memory, file to normalised 180³, \(threads) threads", times.sorted()[1])
}

// Where the time of a case goes, each part by itself on one thread.
do {
    let image = try ImageReader().read(raw)
    report("  read .nii.gz", try seconds { _ = try ImageReader().read(raw) })
    let mask = Volume<UInt8>(shape: image.volume.shape, voxels: image.volume.voxels.map { $0 != 0 ? 1 : 0 })
    report("  fill the holes of the nonzero region", seconds { _ = mask.holesFilled() })
    let target = SIMD3(180, 180, 180)
    var resampled = image.volume
    report("  resample the image", seconds { resampled = image.volume.resampled(to: target, interpolation: .cubic, threads: 1) })
    let labels = Volume<Int32>(shape: image.volume.shape, voxels: mask.voxels.map { Int32($0) })
    var nearest = labels
    report("  resample the labels", seconds { nearest = labels.resampledNearest(to: target) })
    let arrays = [
        "data": NPYArray(resampled.voxels, shape: [1, 180, 180, 180]), "seg": NPYArray(nearest.voxels, shape: [1, 180, 180, 180]),
    ]
    let file = folder.appendingPathComponent("part.npz")
    report("  compress and write .npz", try seconds { try NPZ.write(arrays, to: file) })
    report("  write .npz without compression", try seconds { try NPZ.write(arrays, to: file, compressed: false) })
}
report("crop 4 cases (read, turn, crop, write npz)", try seconds { try Cropper(task: task, orientation: "LPS").run() })
report("preprocess 4 cases to 180³ (arrays, candidates, labels)", try seconds { try preprocessor.run(task) })
let images = task.preprocessedImages(plan.dataIdentifier, .train)
report("unpack 4 cases", try seconds { try Unpacked.run(images) })
report(
    "all of it again, nothing changed",
    try seconds {
        try Cropper(task: task, orientation: "LPS").run()
        try preprocessor.run(task)
        try Unpacked.run(images)
    })

let cases = try PreprocessedCase.ids(in: images).map { try PreprocessedCase($0, in: images) }
for size in [64, 96, 128] {
    let patch = SIMD3(size, size, size)
    let source = try PatchSource(
        cases: cases,
        pipeline: AugmentationPipeline(
            spatial: SpatialTransform(size: patch), generatorSize: patch, transforms: [Mirror(axes: [0, 1, 2])]), batchSize: 4, seed: 0)
    for threads in Set([1, processorCount]).sorted() {
        let loader = BatchLoader(source: source, threads: threads)
        _ = try loader.next()
        let count = 40
        let time = try seconds { for _ in 0..<count { _ = try loader.next() } }
        print("batches of 4 patches of \(size)³, \(threads) threads: \(String(format: "%.1f", Double(count) / time)) per second")
    }
}
