import Augmentation
import Boxes
import Core
import Foundation
import Imaging
import Preprocessing
import Report
import Support

/// `nndet show-augmentation`: draws what training sees, beside what it is made of.
public struct ShowAugmentation: Sendable {
    /// Places that are shown, and how often each is changed.
    public var places: Int
    public var variants: Int
    public var channel: Int
    /// Cases that patches are taken from; nil for all that are unpacked.
    public var cases: [String]?
    /// Seed of places and changes, nil for the configuration's.
    public var seed: UInt64?
    /// The picture, .png, .svg or .pdf; nil for a place beside the task's analysis.
    public var output: URL?

    public init(
        places: Int = 4, variants: Int = 5, channel: Int = 0, cases: [String]? = nil, seed: UInt64? = nil, output: URL? = nil
    ) {
        self.places = places
        self.variants = variants
        self.channel = channel
        self.cases = cases
        self.seed = seed
        self.output = output
    }

    /// Draws the picture and returns its place.
    ///
    /// - Throws: `Problem` naming the plan or case that is missing, or the key that cannot be used.
    @discardableResult
    public func run(_ task: String, overrides: [String], _ context: CommandContext) throws -> URL {
        let (task, configuration) = try TaskSelection.task(task, overrides: overrides, context)
        let planFile = URL(fileURLWithPath: configuration.host.planPath)
        guard FileManager.default.fileExists(atPath: planFile.path) else {
            throw Problem(planFile, "no such plan", remedy: "run 'nndet prep' first, or choose another with -o plan=…")
        }
        let plan = try configuration.overwriting(Plan.read(from: planFile))
        let images = task.preprocessedImages(plan.dataIdentifier, .train)
        let ids = try chosen(PreprocessedCase.ids(in: images), of: images)
        let source = try FoldBatches(
            Splits.Fold(train: ids, val: Array(ids.prefix(1))), in: images, plan: plan, options: configuration.augmentCfg,
            augmentation: configuration.augmentation, seed: seed ?? configuration.seed
        ).training
        let name = configuration.augmentation.name
        let rows = try parallelMap(places, threads: context.environment.numThreads) { try row($0, source) }
        let spacing = plan.targetSpacingTransposed
        let sheet = AugmentationSheet(
            title: "\(task.name), augmentation \(name)", rows: rows,
            spacing: spacing.count == 3 ? SIMD3(spacing[0], spacing[1], spacing[2]) : .one)
        let file = output ?? task.preprocessed.appendingPathComponent("analysis/\(plan.dataIdentifier)/augmentation_\(name).png")
        try AtomicFile.createFolder(file.deletingLastPathComponent())
        try sheet.write(to: file)
        context.log.info("\(places) places, each as it is and \(variants) times changed: \(file.path)")
        return file
    }

    private func chosen(_ ids: [String], of folder: URL) throws -> [String] {
        guard !ids.isEmpty else { throw Problem(folder, "there are no preprocessed cases", remedy: "run 'nndet prep' first") }
        guard let cases else { return ids }
        if let missing = cases.first(where: { !ids.contains($0) }) {
            let some = ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
            throw Problem("--cases: \(missing)", "no such case in \(folder.path)", remedy: "there are \(some)")
        }
        return cases
    }

    private func row(_ index: Int, _ source: PatchSource) throws -> AugmentationSheet.Row {
        let patches = try source.variants(index, count: variants)
        let batch = patches.batch
        let voxels = batch.size.x * batch.size.y * batch.size.z
        let channels = batch.images.count / (voxels * batch.count)
        guard channel < channels else { throw Problem("--channel: \(channel)", "the cases have channels 0 to \(channels - 1)") }
        return AugmentationSheet.Row(
            title: batch.keys[0],
            pictures: (0..<batch.count).map { item in
                let first = (item * channels + channel) * voxels
                let changes = patches.changes[item]
                return AugmentationSheet.Picture(
                    caption: item == 0 ? "as it is" : changes.isEmpty ? "unchanged" : changes.joined(separator: ", "),
                    volume: Volume(shape: batch.size, voxels: Array(batch.images[first..<first + voxels])), boxes: batch.truths[item].boxes)
            })
    }
}
