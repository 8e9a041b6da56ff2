import Foundation
import Support

extension Plan {
    /// A value of a plan that does not go with the rest.
    public struct Fault: Sendable, Equatable, CustomStringConvertible {
        /// Path of the key, e.g. `architecture.strides`.
        public let key: String
        /// What is wrong, with the value.
        public let problem: String
        /// What to do about it.
        public let remedy: String

        init(_ key: String, _ problem: String, _ remedy: String) {
            self.key = key
            self.problem = problem
            self.remedy = remedy
        }

        public var description: String { "\(key) \(problem) (\(remedy))" }
    }

    /// Reads the plan at `url`, also one that was edited by hand.
    ///
    /// - Throws: `Problem` naming the file and the key that is missing, has the wrong type or does not go with the others.
    public static func read(from url: URL) throws -> Plan {
        let plan: Plan = try JSONFile.read(from: url)
        try checkKeys(url)
        try plan.check(named: url.path)
        return plan
    }

    /// Names a key that no plan has: a misspelt one would have no effect.
    private static func checkKeys(_ url: URL) throws {
        guard let map = try JSONSerialization.jsonObject(with: Data.file(url)) as? [String: Any] else { return }
        func check(_ map: Any?, _ known: [String], within part: String) throws {
            guard let map = map as? [String: Any] else { return }
            for key in map.keys.sorted() where !known.contains(key) {
                let nearest = known.min { EditDistance.between($0, key) < EditDistance.between($1, key) } ?? ""
                throw Problem(url, "'\(part)\(key)' is no key of a plan", remedy: "did you mean '\(part)\(nearest)'?")
            }
        }
        try check(map, keys, within: "")
        try check(map["architecture"], Architecture.keys, within: "architecture.")
        try check(map["anchors"], Anchors.keys, within: "anchors.")
    }

    /// The keys that a plan may have.
    package static let keys = CodingKeys.allCases.map(\.rawValue)

    /// - Throws: `Problem` of the first fault; `name` says where the plan comes from.
    public func check(named name: String) throws {
        let faults = faults
        guard let first = faults.first else { return }
        let others = faults.count > 1 ? " (and \(faults.count - 1) more, in \(faults.dropFirst().map(\.key).joined(separator: ", ")))" : ""
        throw Problem(name, "'\(first.key)' \(first.problem)\(others)", remedy: first.remedy)
    }

    /// Everything about the plan that cannot be, in the order of its keys' importance; empty for a sound plan.
    public var faults: [Fault] {
        guard formatVersion == 1 else {
            return [Fault("format_version", "is \(formatVersion), only 1 is known", "make the plan again with this program: nndet prep")]
        }
        // Everything else is counted per axis.
        guard dim == 2 || dim == 3 else { return [Fault("dim", "is \(dim)", "use 3 (or 2)")] }
        return generalFaults + geometryFaults + architecture.faults(dim: dim).map { $0.within("architecture") } + dataFaults + patchFaults
            + anchors.faults(dim: dim, levels: architecture.decoderLevels.count).map { $0.within("anchors") }
    }

    private var generalFaults: [Fault] {
        var faults = FaultList()
        faults.expect(dim == 2 || dim == 3, "dim", "is \(dim)", "use 3 (or 2)")
        faults.expect(networkDim == dim, "network_dim", "is \(networkDim), but dim is \(dim)", "set both to the same")
        for (key, name) in [("mode", mode), ("planner_id", plannerID), ("data_identifier", dataIdentifier)] {
            faults.expect(
                !name.isEmpty && !name.contains("/") && !name.hasPrefix("."), key, "is '\(name)'", "use a name that a folder can have")
        }
        faults.expect(
            (1...Plan.largestBatch).contains(batchSize), "batch_size", "is \(batchSize)", "use 1 to \(Plan.largestBatch)")
        if let seconds = expectation?.stepSeconds {
            faults.expect((0...1e9).contains(seconds), "expected_training.step_seconds", "is \(seconds)", "use a number of seconds")
        }
        for (key, value) in [
            ("anisotropy_threshold", anisotropyThreshold), ("resample_anisotropy_threshold", resampleAnisotropyThreshold),
        ] {
            faults.expect(value > 0 && value.isFinite, key, "is \(value)", "use a positive number")
        }
        faults.expect(
            (0...100).contains(targetSpacingPercentile), "target_spacing_percentile", "is \(targetSpacingPercentile)",
            "use a number from 0 to 100")
        return faults.all
    }

    private var geometryFaults: [Fault] {
        var faults = FaultList()
        let axes = Array(0..<max(0, dim))
        guard
            faults.expect(
                transposeForward.sorted() == axes, "transpose_forward", "is \(transposeForward), no order of the axes \(axes)",
                "name every axis once")
        else { return faults.all }
        let inverse = axes.map { axis in transposeForward.firstIndex(of: axis) ?? axis }
        faults.expect(
            transposeBackward == inverse, "transpose_backward", "is \(transposeBackward), which does not undo transpose_forward",
            "set it to \(inverse)")
        for (key, values) in [("target_spacing", targetSpacing), ("target_spacing_transposed", targetSpacingTransposed)] {
            faults.expect(
                values.count == dim && values.allSatisfy { $0 > 0 && $0.isFinite }, key, "is \(values)",
                "give \(dim) positive numbers of millimetres")
        }
        if faults.all.isEmpty {
            let transposed = transposeForward.map { targetSpacing[$0] }
            faults.expect(
                zip(transposed, targetSpacingTransposed).allSatisfy { abs($0 - $1) <= 1e-6 * abs($0) }, "target_spacing_transposed",
                "is \(targetSpacingTransposed), but target_spacing in the order of transpose_forward is \(transposed)",
                "set it to \(transposed)")
        }
        faults.expect(
            medianShapeTransposed.count == dim && medianShapeTransposed.allSatisfy { $0 > 0 && $0 <= Double(Plan.largestSize) },
            "median_shape_transposed", "is \(medianShapeTransposed)", "give \(dim) positive numbers of voxels, at most \(Plan.largestSize)")
        if let orientation {
            let pairs = orientation.map { ["L": "x", "R": "x", "P": "y", "A": "y", "S": "z", "I": "z"][$0] ?? "?" }
            faults.expect(
                Set(pairs) == ["x", "y", "z"] && pairs.count == 3, "orientation", "is '\(orientation)'", "use three axis codes, e.g. LPS")
        }
        return faults.all
    }

    private var dataFaults: [Fault] {
        var faults = FaultList()
        faults.expect(numModalities >= 1, "num_modalities", "is \(numModalities)", "use the number of images per case")
        faults.expect(
            architecture.inChannels == numModalities, "architecture.in_channels",
            "is \(architecture.inChannels), but num_modalities is \(numModalities)", "set both to the same")
        faults.expect(
            normalizationSchemes.count == numModalities
                && normalizationSchemes.allSatisfy { ["CT", "CT2", "CT3", "nonCT", "raw"].contains($0) },
            "normalization_schemes", "is \(normalizationSchemes)", "give CT, CT2 or nonCT for each of \(numModalities) modalities")
        faults.expect(
            useMaskForNorm.count == numModalities, "use_mask_for_norm", "has \(useMaskForNorm.count) values",
            "give true or false for each of \(numModalities) modalities")
        faults.expect(
            intensity.count == numModalities, "intensity_properties", "has \(intensity.count) entries",
            "give one for each of \(numModalities) modalities, as in dataset_properties.json")
        faults.expect(
            !allClasses.isEmpty && allClasses == Array(0..<allClasses.count), "all_classes", "is \(allClasses)",
            "number the classes 0, 1, 2 … without gaps")
        for (key, value) in [
            ("num_classes", numClasses), ("architecture.classifier_classes", architecture.classifierClasses),
            ("architecture.seg_classes", architecture.segClasses),
        ] {
            faults.expect(
                value == allClasses.count, key, "is \(value), but all_classes has \(allClasses.count)", "set it to \(allClasses.count)")
        }
        if let weights = architecture.classWeight {
            faults.expect(
                weights.count == allClasses.count + 1, "architecture.class_weight", "has \(weights.count) numbers",
                "give one for the background and one for each of \(allClasses.count) classes")
        }
        return faults.all
    }

    /// Sides of cases and patches.
    private static let largestSize = 65_536
    /// Voxels of a patch.
    private static let largestPatch = 1 << 31
    /// Patches of a batch.
    static let largestBatch = 4096

    /// Whether `size` is the size of a patch that can be counted.
    static func isPatchSize(_ size: [Int]) -> Bool {
        size.allSatisfy { (1...largestSize).contains($0) } && size.product(atMost: largestPatch) != nil
    }

    /// The plan with another patch.
    ///
    /// - Parameters:
    ///   - patchSize: voxels along each axis, transposed.
    ///   - key: where the patch comes from, for messages.
    /// - Throws: `Problem` where the patch does not go with the network.
    public func with(patchSize: [Int], named key: String) throws -> Plan {
        var plan = self
        plan.patchSize = patchSize
        if let fault = plan.patchFaults.first { throw Problem(key, fault.problem, remedy: fault.remedy) }
        return plan
    }

    /// Faults of the patch beside the strides.
    var patchFaults: [Fault] {
        var faults = FaultList()
        guard
            faults.expect(
                patchSize.count == dim && Plan.isPatchSize(patchSize), "patch_size", "is \(patchSize)",
                "give \(dim) positive numbers of voxels, at most \(Plan.largestPatch) in all"),
            architecture.strides.allSatisfy({ $0.count == dim && $0.allSatisfy { (1...64).contains($0) } }),
            architecture.strides.count <= 10
        else { return faults.all }
        let divisor = architecture.strides.reduce(patchSize.map { _ in 1 }) { zip($0, $1).map { $0 * $1 } }
        let fitting = zip(patchSize, divisor).map { max(1, Int((Double($0) / Double($1)).rounded())) * $1 }
        guard
            faults.expect(
                fitting == patchSize, "patch_size", "is \(patchSize), which the strides do not divide (their product is \(divisor))",
                "use e.g. \(fitting), or other strides")
        else { return faults.all }
        faults.expect(
            patchSize != divisor, "patch_size",
            "is \(patchSize), of which the strides leave a single voxel that cannot be normalised", "use a larger patch or fewer strides")
        return faults.all
    }
}

extension Plan.Architecture {
    /// The keys that an architecture may have.
    package static let keys = CodingKeys.allCases.map(\.rawValue)

    /// What cannot be built; keys are those of the architecture.
    func faults(dim: Int) -> [Plan.Fault] {
        var faults = FaultList()
        faults.expect(self.dim == dim, "dim", "is \(self.dim), but the plan's dim is \(dim)", "set both to the same")
        for (key, value) in [
            ("in_channels", inChannels), ("classifier_classes", classifierClasses), ("seg_classes", segClasses),
            ("start_channels", startChannels), ("max_channels", maxChannels), ("fpn_channels", fpnChannels),
            ("head_channels", headChannels),
        ] {
            faults.expect((1...65_536).contains(value), key, "is \(value)", "use 1 to 65536")
        }
        let resolutions = convKernels.count
        faults.expect(
            resolutions >= 1 && convKernels.allSatisfy { $0.count == dim && $0.allSatisfy { (1...63).contains($0) && $0 % 2 == 1 } },
            "conv_kernels",
            "is \(convKernels)", "give \(dim) odd positive numbers per resolution")
        faults.expect(
            strides.count == resolutions - 1, "strides", "has \(strides.count) entries, but conv_kernels has \(resolutions)",
            "give one stride less than kernels, \(max(0, resolutions - 1))")
        faults.expect(
            strides.count <= 10 && strides.allSatisfy { $0.count == dim && $0.allSatisfy { (1...64).contains($0) } }, "strides",
            "is \(strides)",
            "give \(dim) positive integers per step")
        faults.expect(
            !decoderLevels.isEmpty && decoderLevels.allSatisfy { (0..<max(1, resolutions)).contains($0) }
                && zip(decoderLevels, decoderLevels.dropFirst()).allSatisfy { $0 < $1 },
            "decoder_levels", "is \(decoderLevels)", "list resolutions from 0 to \(max(0, resolutions - 1)), ascending")
        return faults.all
    }
}

extension Plan.Anchors {
    /// The keys that anchors may have.
    package static let keys = CodingKeys.allCases.map(\.rawValue)

    /// What does not go with `levels` decoder levels; keys are those of the anchors.
    func faults(dim: Int, levels: Int) -> [Plan.Fault] {
        var faults = FaultList()
        let axes = [("width", width), ("height", height), ("depth", depth)].prefix(dim)
        for (key, sizes) in axes {
            faults.expect(
                sizes.count == levels, key, "has sizes for \(sizes.count) levels, but decoder_levels has \(levels)",
                "give one list of sizes per decoder level")
            faults.expect(
                sizes.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 > 0 && $0.isFinite } }, key, "is \(sizes)",
                "give positive numbers of voxels")
            faults.expect(
                Set(sizes.map(\.count)).count <= 1, key, "has \(sizes.map(\.count)) sizes on its levels",
                "give every level equally many: the heads are shared")
        }
        if dim == 2 { faults.expect(depth.isEmpty, "depth", "has sizes in 2D", "set it to []") }
        faults.expect(stride >= 1, "stride", "is \(stride)", "use at least 1")
        return faults.all
    }
}

extension Plan.Fault {
    func within(_ part: String) -> Plan.Fault { Plan.Fault("\(part).\(key)", problem, remedy) }
}

/// Collects what does not hold.
private struct FaultList {
    private(set) var all: [Plan.Fault] = []

    @discardableResult
    mutating func expect(_ holds: Bool, _ key: String, _ problem: String, _ remedy: String) -> Bool {
        if !holds { all.append(Plan.Fault(key, problem, remedy)) }
        return holds
    }
}
