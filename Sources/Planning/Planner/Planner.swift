import Core
import Support

/// Decides from the fingerprint how a data set is preprocessed and which network is trained on it (spec 03).
///
/// Yields the plan at full resolution and, where objects exceed its patch, one at half the resolution; the two are independent models.
public struct Planner: Sendable {
    /// Judges whether a patch with its network can be trained.
    public typealias MemoryRule = @Sendable (PlanCandidate) -> Bool

    /// Seconds that a real training step on a small candidate takes.
    public typealias StepTimer = @Sendable (PlanCandidate) throws -> Double

    public let configuration: PlannerConfiguration
    private let rule: MemoryRule?
    private let timer: StepTimer?

    /// - Parameters:
    ///   - configuration: the constants of planning, and what training may take.
    ///   - fits: judges patches in place of the memory model; width and batch then stay as configured.
    ///   - timer: times steps where the configuration bounds them.
    public init(configuration: PlannerConfiguration = PlannerConfiguration(), fits: MemoryRule? = nil, timer: StepTimer? = nil) {
        self.configuration = configuration
        rule = fits
        self.timer = timer
    }

    /// What happens while planning, for whoever wants to show it.
    public enum Event: Sendable {
        /// A patch was judged.
        case tried(PlanCandidate, fits: Bool)
        /// Anchors were found; `meanBestIoU` is the mean over the objects of the largest IoU with an anchor.
        case anchors(Plan.Anchors, meanBestIoU: Double)
    }

    /// The plans for the data set.
    ///
    /// - Parameters:
    ///   - fingerprint: what was measured on the cropped cases.
    ///   - seed: of the anchor search; the same seed gives the same plans.
    ///   - events: called for every patch tried and for the anchors found.
    /// - Throws: `Problem` when the data set has no case or no object, or nothing fits the target; what the timer throws.
    public func plan(fingerprint: Fingerprint, seed: UInt64 = 0, events: (Event) -> Void = { _ in }) throws -> [Plan] {
        try Self.check(fingerprint)
        var plan = try plan(fingerprint, level: 0, seed: seed, events: events)
        let coarse = needsLowResolution(plan, fingerprint)
        plan.triggerLowResolution = coarse
        guard coarse else { return [plan] }
        return [plan, try self.plan(fingerprint, level: 1, seed: seed, events: events)]
    }

    private static func check(_ fingerprint: Fingerprint) throws {
        let remedy = "measure the data set again"
        guard !fingerprint.cases.isEmpty else { throw Problem("planning", "the data set has no case", remedy: "add images and labels") }
        guard fingerprint.objectCount > 0 else {
            throw Problem(
                "planning", "none of the \(fingerprint.cases.count) cases holds an object; anchors and patch cannot be planned",
                remedy: "annotate at least one object")
        }
        let count = fingerprint.cases.count
        guard fingerprint.allSizes.count == count, fingerprint.allSpacings.count == count,
            (fingerprint.allSizes.map(\.count) + fingerprint.allSpacings.map(\.count)).allSatisfy({ $0 == fingerprint.dim }),
            fingerprint.cases.values.allSatisfy({ item in item.boxes.allSatisfy { $0.count == 2 * fingerprint.dim } })
        else {
            throw Problem(
                "fingerprint", "sizes, spacings and boxes do not fit its \(count) cases of dimension \(fingerprint.dim)", remedy: remedy)
        }
        guard fingerprint.allSpacings.joined().allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw Problem("fingerprint", "has a spacing that is not positive", remedy: remedy)
        }
        for (index, modality) in fingerprint.modalities where fingerprint.intensity[index] == nil {
            throw Problem("fingerprint", "has no intensities of modality \(index) (\(modality))", remedy: remedy)
        }
    }

    private func plan(_ fingerprint: Fingerprint, level: Int, seed: UInt64, events: (Event) -> Void) throws -> Plan {
        let spacing = SpacingPlan(
            spacings: fingerprint.allSpacings, sizes: fingerprint.allSizes, anisotropyThreshold: configuration.anisotropyThreshold,
            percentile: configuration.targetSpacingPercentile, level: level)
        let objects = ScaledObjects(fingerprint, spacing: spacing)
        let search = PatchSearch(
            configuration: configuration, spacing: spacing, objects: objects, architecture: architecture(fingerprint),
            batchSize: configuration.batchSize)
        let (found, expectation) = try network(search, events)
        let (anchors, score) = try AnchorPlanner(configuration: configuration)
            .anchors(objects: objects, architecture: found.architecture, seed: seed)
        events(.anchors(anchors, meanBestIoU: score))

        let mode = level == 0 ? "\(fingerprint.dim)d" : "\(fingerprint.dim)dlr\(level)"
        let modalities = fingerprint.modalities.sorted { $0.key < $1.key }
        let reductions = Array(fingerprint.sizeReductions.values)
        let (longest, shortest) = (found.patchSize.max() ?? 1, found.patchSize.min() ?? 1)
        return Plan(
            mode: mode, plannerID: configuration.plannerID, dataIdentifier: "\(configuration.plannerID)_\(mode)", dim: fingerprint.dim,
            networkDim: fingerprint.dim, numModalities: modalities.count, allClasses: fingerprint.allClasses,
            targetSpacing: spacing.target, targetSpacingTransposed: spacing.targetTransposed,
            medianShapeTransposed: spacing.medianShapeTransposed, transposeForward: spacing.transposeForward,
            transposeBackward: spacing.transposeBackward,
            normalizationSchemes: modalities.map { Normalization.scheme(modality: $0.value) },
            useMaskForNorm: modalities.map { Normalization.usesMask(modality: $0.value, sizeReductions: reductions) },
            anisotropyThreshold: configuration.anisotropyThreshold,
            resampleAnisotropyThreshold: configuration.resampleAnisotropyThreshold,
            targetSpacingPercentile: configuration.targetSpacingPercentile, patchSize: found.patchSize, batchSize: found.batchSize,
            architecture: found.architecture, anchors: anchors,
            doDummy2DDataAug: fingerprint.dim == 3 && longest > 3 * shortest, triggerLowResolution: false,
            intensity: modalities.compactMap { fingerprint.intensity[$0.key]?.overall },
            orientation: configuration.referenceBehaviour ? nil : fingerprint.orientation, expectation: expectation)
    }

    /// Patch, width and batch, and what training on them is expected to take.
    private func network(_ search: PatchSearch, _ events: (Event) -> Void) throws -> (PlanCandidate, TrainingExpectation) {
        func tried(_ candidate: PlanCandidate, _ fits: Bool) { events(.tried(candidate, fits: fits)) }
        let found: NetworkSearch.Found
        if let rule {
            guard let candidate = search.run(fits: rule, tried: tried) else {
                throw Problem("planning", "no patch is accepted", remedy: "allow smaller ones")
            }
            found = NetworkSearch.Found(candidate: candidate)
        } else {
            found = try NetworkSearch(usual: search, timer: timer).run(tried: tried)
        }
        let model = configuration.memoryModel
        let memory = model.estimate(found.candidate)
        let parts = memory.parts.map { ($0.part.rawValue, $0.bytes) }
        let expectation = TrainingExpectation(
            target: configuration.target, precision: configuration.precision.rawValue,
            memoryBudget: rule == nil ? configuration.memoryBudget : nil, memory: memory.total,
            memoryByPart: Dictionary(parts) { first, _ in first }, operations: model.work(found.candidate).operations,
            stepSeconds: found.stepSeconds, maxStepSeconds: configuration.maxStepSeconds)
        return (found.candidate, expectation)
    }

    /// The network without what depends on the patch.
    private func architecture(_ fingerprint: Fingerprint) -> Plan.Architecture {
        let classes = fingerprint.allClasses.count
        let background = 1 / Double(classes + 1)
        let objects = Double(max(1, fingerprint.numInstances.values.reduce(0, +)))
        let weights = fingerprint.allClasses.map { (1 - background) * (1 - Double(fingerprint.numInstances[$0] ?? 0) / objects) }
        return Plan.Architecture(
            archName: configuration.archName, dim: fingerprint.dim, inChannels: fingerprint.modalities.count, classifierClasses: classes,
            segClasses: classes, startChannels: configuration.startChannels, maxChannels: configuration.maxChannels,
            fpnChannels: configuration.fpnChannels ?? 4 * configuration.startChannels, headChannels: configuration.headChannels,
            convKernels: [], strides: [], decoderLevels: [], classWeight: [background] + weights)
    }

    /// Whether large objects exceed the patch, so that a coarser model is worth training too.
    private func needsLowResolution(_ plan: Plan, _ fingerprint: Fingerprint) -> Bool {
        let objects: ScaledObjects
        if configuration.referenceBehaviour {
            objects = ScaledObjects(unscaled: fingerprint, transposeForward: plan.transposeForward)
        } else {
            let spacing = SpacingPlan(
                spacings: fingerprint.allSpacings, sizes: fingerprint.allSizes, anisotropyThreshold: configuration.anisotropyThreshold,
                percentile: configuration.targetSpacingPercentile)
            objects = ScaledObjects(fingerprint, spacing: spacing)
        }
        return zip(plan.patchSize, objects.sizePercentile(99.5, dim: plan.dim)).contains { Double($0) < $1 }
    }
}
