import Boxes
import Core

/// Everything that the networks found in one case, before suppression and clustering; what the sweep works on.
public struct RawPredictions: Sendable, Equatable {
    /// What one model found under one mirroring, over all tiles.
    public struct Member: Sendable, Equatable {
        /// Position among the models, from 0.
        public var model: Int
        /// Position among the mirrorings, from 0.
        public var transform: Int
        /// Boxes in voxels of the preprocessed case, not mirrored.
        public var detections: Detections
        /// Weight of every box: from its place in its tile, times the model's.
        public var weights: [Float]
        /// The tile that every box comes from.
        public var tiles: [Int32]

        public init(model: Int, transform: Int, detections: Detections = Detections(), weights: [Float] = [], tiles: [Int32] = []) {
            precondition(detections.count == weights.count && weights.count == tiles.count, "one weight and tile per box")
            self.model = model
            self.transform = transform
            self.detections = detections
            self.weights = weights
            self.tiles = tiles
        }

        /// The original's name of the member, e.g. `model0_t3`.
        public var name: String { "model\(model)_t\(transform)" }
    }

    /// Voxels of the preprocessed case along axes 0, 1, 2.
    public var shape: SIMD3<Int>
    /// 2 or 3; a 2D case has size 1 on axis 2 and its boxes span 0…1 there.
    public var dimension: Int
    public var members: [Member]
    /// What is known of the case, so that its detections can be restored without the preprocessed folder.
    public var properties: CaseProperties?
    /// Whether tiles and mirroring were the original's.
    public var referenceBehaviour: Bool

    public init(
        shape: SIMD3<Int>, dimension: Int = 3, members: [Member] = [], properties: CaseProperties? = nil, referenceBehaviour: Bool = false
    ) {
        self.shape = shape
        self.dimension = dimension
        self.members = members
        self.properties = properties
        self.referenceBehaviour = referenceBehaviour
    }

    /// Adds the members of `other`, predictions of further models for the same case.
    public mutating func append(_ other: RawPredictions) {
        precondition(other.shape == shape && other.dimension == dimension, "predictions of the same case")
        let models = (members.map(\.model).max() ?? -1) + 1
        for var member in other.members {
            member.model += models
            members.append(member)
        }
    }
}

extension RawPredictions.Member {
    /// The `count` best boxes by falling score, equal scores in their order; all, in their order, where there are no more.
    func truncated(to count: Int) -> Self {
        guard detections.count > count else { return self }
        let best = Array(detections.scores.indicesByFallingValue().prefix(count))
        return Self(
            model: model, transform: transform, detections: detections.selecting(best), weights: best.map { weights[$0] },
            tiles: best.map { tiles[$0] })
    }
}

extension [Float] {
    /// Indices by falling value, equal values in their order.
    func indicesByFallingValue() -> [Int] {
        indices.sorted { self[$0] > self[$1] || (self[$0] == self[$1] && $0 < $1) }
    }
}
