import Boxes
import Core
import Support

/// Lets networks look at a whole case, tile by tile and mirrored, and collects what they find.
///
/// Runs on the calling thread and calls the networks from it. In memory at a time: the case, one batch of tiles, and per model and
/// mirroring the boxes of its tiles, of which the best `keptBoxes` stay.
public struct SlidingWindow: Sendable {
    /// Finds boxes in a batch of patches: `batch` is `[count, channels, patch size]` in C order; the result has one value per patch,
    /// boxes in patch coordinates.
    public typealias Network = (_ batch: [Float], _ count: Int) throws -> [Detections]

    /// The same for networks that segment too.
    public typealias SegmentingNetwork = (_ batch: [Float], _ count: Int) throws -> PatchOutput

    /// Voxels of a tile along axes 0, 1, 2; size 1 on axis 2 means 2D.
    public var patchSize: SIMD3<Int>
    /// Tiles per call of a network.
    public var batchSize: Int
    /// Least shared part of neighbouring tiles, 0 ≤ overlap < 1.
    public var overlap: Double
    /// Mirrorings wanted: 8, 4 or 1 (see `Mirroring.transforms`).
    public var transforms: Int
    /// Boxes kept per model and mirroring: the original's `model_topk`, which later stages cannot exceed.
    public var keptBoxes: Int
    /// How boxes near the border of their tile count.
    public var falloff: TileWeight.Falloff
    /// Leaves out tiles in which nothing but air is to be seen (see `AirFinder`); changes results where objects lie in such a tile.
    public var skipsAir: Bool
    /// The original's tiles (repeated at borders) and its mirrored boxes (moved by one voxel).
    public var referenceBehaviour: Bool

    public init(
        patchSize: SIMD3<Int>, batchSize: Int, overlap: Double = 0.5, transforms: Int = 8,
        keptBoxes: Int = InferenceParameters().modelTopK, falloff: TileWeight.Falloff = .linear, skipsAir: Bool = false,
        referenceBehaviour: Bool = false
    ) {
        self.patchSize = patchSize
        self.batchSize = batchSize
        self.overlap = overlap
        self.transforms = transforms
        self.keptBoxes = keptBoxes
        self.falloff = falloff
        self.skipsAir = skipsAir
        self.referenceBehaviour = referenceBehaviour
    }

    /// 2 for patches of one voxel on axis 2, otherwise 3.
    public var dimension: Int { patchSize.z == 1 ? 2 : 3 }

    /// Predicts one case with every model under every mirroring.
    ///
    /// - Parameters:
    ///   - image: preprocessed case, `[channels, shape]`, C order.
    ///   - channels: of `image`, as many as the networks take.
    ///   - shape: voxels along axes 0, 1, 2 (1 on axis 2 in 2D).
    ///   - models: networks, each of which looks at every tile under every mirroring.
    ///   - modelWeights: one per model; all 1 where empty.
    ///   - progress: called after every batch with the tiles done and their number over all models and mirrorings; throwing stops.
    /// - Throws: `Problem` for sizes that do not fit or a network whose result does not; what a network or `progress` throws.
    public func predict(
        image: [Float], channels: Int, shape: SIMD3<Int>, models: [Network], modelWeights: [Float] = [],
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> RawPredictions {
        try image.withUnsafeBufferPointer {
            try predict(image: $0, channels: channels, shape: shape, models: models, modelWeights: modelWeights, progress: progress)
        }
    }

    /// The same for voxels that lie elsewhere, in a mapped file for example.
    public func predict(
        image: UnsafeBufferPointer<Float>, channels: Int, shape: SIMD3<Int>, models: [Network], modelWeights: [Float] = [],
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> RawPredictions {
        let networks = models.map { model in { (batch, count) in PatchOutput(detections: try model(batch, count)) } as SegmentingNetwork }
        return try predict(
            image: image, channels: channels, shape: shape, networks: networks, modelWeights: modelWeights, segmentation: nil,
            progress: progress)
    }

    /// The same with networks that segment: what they say of each voxel is added to `segmentation`.
    public func predict(
        image: UnsafeBufferPointer<Float>, channels: Int, shape: SIMD3<Int>, networks: [SegmentingNetwork], modelWeights: [Float] = [],
        segmentation: SegmentationEnsembler?, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> RawPredictions {
        try check(image.count, channels, shape, models: networks.count, weights: modelWeights.count)
        let origins = origins(image, channels, shape)
        let mirrorings = Mirroring.transforms(transforms, dimension: dimension)
        let reader = PatchReader(voxels: image, channels: channels, shape: shape)
        let total = networks.count * mirrorings.count * origins.count
        var result = RawPredictions(shape: shape, dimension: dimension, referenceBehaviour: referenceBehaviour)
        var batch: [Float] = []
        var done = 0

        for (model, network) in networks.enumerated() {
            let modelWeight = modelWeights.isEmpty ? 1 : modelWeights[model]
            for (transform, mirroring) in mirrorings.enumerated() {
                var member = RawPredictions.Member(model: model, transform: transform)
                for first in stride(from: 0, to: origins.count, by: batchSize) {
                    let tiles = first..<min(first + batchSize, origins.count)
                    fill(&batch, origins[tiles], mirroring, channels, reader)
                    let output = try network(batch, tiles.count)
                    guard output.detections.count == tiles.count else {
                        throw Problem("model \(model)", "gave results for \(output.detections.count) of \(tiles.count) patches")
                    }
                    for (tile, detections) in zip(tiles, output.detections) {
                        try add(detections, tile: tile, origin: origins[tile], mirroring, modelWeight, to: &member)
                    }
                    if let segmentation {
                        try add(output, origins[tiles], mirroring, modelWeight, to: segmentation, of: "model \(model)")
                    }
                    done += tiles.count
                    try progress(done, total)
                }
                result.members.append(member.truncated(to: keptBoxes))
            }
        }
        return result
    }

    private func origins(_ image: UnsafeBufferPointer<Float>, _ channels: Int, _ shape: SIMD3<Int>) -> [SIMD3<Int>] {
        let grid = TileGrid(shape: shape, patchSize: patchSize, overlap: overlap, referenceBehaviour: referenceBehaviour)
        guard skipsAir else { return grid.origins }
        let air = AirFinder(image, channels: channels, shape: shape)
        return grid.origins.filter { !air.isAir(from: $0, size: patchSize) }
    }

    private func add(
        _ output: PatchOutput, _ origins: ArraySlice<SIMD3<Int>>, _ mirroring: Mirroring, _ modelWeight: Float,
        to segmentation: SegmentationEnsembler, of name: String
    ) throws {
        let length = segmentation.classes * patchSize.x * patchSize.y * patchSize.z
        guard output.probabilities.count == origins.count * length else {
            throw Problem(name, "gave \(output.probabilities.count) probabilities for \(origins.count) patches of \(length)")
        }
        output.probabilities.withUnsafeBufferPointer { values in
            for (position, origin) in origins.enumerated() {
                segmentation.add(
                    UnsafeBufferPointer(rebasing: values[position * length..<(position + 1) * length]), origin: origin,
                    mirroring: mirroring,
                    modelWeight: modelWeight)
            }
        }
    }

    private func check(_ voxels: Int, _ channels: Int, _ shape: SIMD3<Int>, models: Int, weights: Int) throws {
        guard patchSize.min() > 0, batchSize > 0 else {
            throw Problem("patch_size", "\(patchSize) with batch size \(batchSize) is not a batch of patches")
        }
        guard overlap >= 0, overlap < 1 else { throw Problem("overlap", "\(overlap) is not in 0 ..< 1") }
        guard shape.min() > 0, channels > 0, voxels == channels * shape.x * shape.y * shape.z else {
            throw Problem("image", "\(voxels) voxels do not fill \(channels) channels of \(shape)")
        }
        guard dimension == 3 || shape.z == 1 else {
            throw Problem("image", "is \(shape), a 2D patch needs an image of one voxel on axis 2")
        }
        guard weights == 0 || weights == models else { throw Problem("model_weights", "\(weights) weights for \(models) models") }
    }

    private func fill(
        _ batch: inout [Float], _ origins: ArraySlice<SIMD3<Int>>, _ mirroring: Mirroring, _ channels: Int, _ reader: PatchReader
    ) {
        let length = channels * patchSize.x * patchSize.y * patchSize.z
        if batch.count != origins.count * length { batch = [Float](repeating: 0, count: origins.count * length) }
        batch.withUnsafeMutableBufferPointer { target in
            for (position, origin) in origins.enumerated() {
                let patch = UnsafeMutableBufferPointer(rebasing: target[position * length..<(position + 1) * length])
                reader.read(origin: origin, size: patchSize, mirroring: mirroring, into: patch)
            }
        }
    }

    private func add(
        _ detections: Detections, tile: Int, origin: SIMD3<Int>, _ mirroring: Mirroring, _ modelWeight: Float,
        to member: inout RawPredictions.Member
    ) throws {
        let weight = TileWeight(tile: patchSize, dimension: dimension, falloff: falloff)
        let offset = SIMD3<Float>(origin)
        for index in 0..<detections.count {
            let box = mirroring.unmirrored(detections.boxes[index], size: patchSize, referenceBehaviour: referenceBehaviour)
            guard detections.scores[index].isFinite, box.lower.sum().isFinite, box.upper.sum().isFinite else {
                throw Problem(member.name, "gave a box or score that is not finite", remedy: "the training may have diverged")
            }
            member.detections.boxes.append(Box(lower: box.lower + offset, upper: box.upper + offset))
            // As the network saw it: half a tile is not quite the middle of its voxels, and mirrored boxes would count differently.
            member.weights.append(weight.weight(detections.boxes[index]) * modelWeight)
        }
        member.detections.scores.append(contentsOf: detections.scores)
        member.detections.labels.append(contentsOf: detections.labels)
        member.tiles.append(contentsOf: repeatElement(Int32(tile), count: detections.count))
    }
}
