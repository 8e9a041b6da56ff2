import Core
import Foundation
import Support
import TestSupport
import Testing

@Suite struct PlanValidationTests {
    /// A sound plan of two resolutions, two modalities and two classes.
    static let sound: Plan = {
        let intensity = IntensityStatistics(median: 1, mean: 1, std: 1, min: 0, max: 2, percentile995: 2, percentile005: 0)
        return Plan(
            mode: "3d", plannerID: "D3V001", dataIdentifier: "D3V001_3d", dim: 3, networkDim: 3, numModalities: 2, allClasses: [0, 1],
            targetSpacing: [1, 1, 3], targetSpacingTransposed: [3, 1, 1], medianShapeTransposed: [20, 64, 64], transposeForward: [2, 0, 1],
            transposeBackward: [1, 2, 0], normalizationSchemes: ["CT", "nonCT"], useMaskForNorm: [false, true], anisotropyThreshold: 3,
            resampleAnisotropyThreshold: 3, targetSpacingPercentile: 50, patchSize: [16, 64, 64], batchSize: 4,
            architecture: .init(
                archName: "RetinaUNetV001", dim: 3, inChannels: 2, classifierClasses: 2, segClasses: 2, startChannels: 32,
                maxChannels: 320, fpnChannels: 128, headChannels: 128, convKernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
                strides: [[1, 2, 2], [2, 2, 2]], decoderLevels: [1, 2], classWeight: [0.3, 0.3, 0.4]),
            anchors: .init(width: [[4, 6], [8, 12]], height: [[4], [8]], depth: [[4, 5, 6], [8, 10, 12]]), doDummy2DDataAug: true,
            triggerLowResolution: false, intensity: [intensity, intensity], orientation: "LPS")
    }()

    struct Edit: Sendable, CustomTestStringConvertible {
        let key: String
        /// Part of the message beside the key.
        let mentions: String
        let change: @Sendable (inout Plan) -> Void
        var testDescription: String { "\(key) \(mentions)" }

        init(_ key: String, _ mentions: String, _ change: @escaping @Sendable (inout Plan) -> Void) {
            self.key = key
            self.mentions = mentions
            self.change = change
        }
    }

    static let edits: [Edit] = [
        Edit("format_version", "is 2") { $0.formatVersion = 2 },
        Edit("dim", "is 4") { $0.dim = 4 },
        Edit("network_dim", "is 2") { $0.networkDim = 2 },
        Edit("mode", "''") { $0.mode = "" },
        Edit("data_identifier", "a/b") { $0.dataIdentifier = "a/b" },
        Edit("batch_size", "is 0") { $0.batchSize = 0 },
        Edit("batch_size", "is 4097") { $0.batchSize = 4097 },
        Edit("expected_training.step_seconds", "is inf") {
            $0.expectation = TrainingExpectation(
                target: "gpu", precision: "16", memoryBudget: nil, memory: 1, memoryByPart: [:], operations: 1, stepSeconds: .infinity,
                maxStepSeconds: nil)
        },
        Edit("anisotropy_threshold", "is 0") { $0.anisotropyThreshold = 0 },
        Edit("target_spacing_percentile", "is 101") { $0.targetSpacingPercentile = 101 },
        Edit("transpose_forward", "[0, 0, 1]") { $0.transposeForward = [0, 0, 1] },
        Edit("transpose_backward", "set it to [1, 2, 0]") { $0.transposeBackward = [2, 0, 1] },
        Edit("target_spacing", "millimetres") { $0.targetSpacing = [1, -1, 3] },
        Edit("target_spacing_transposed", "[3.0, 1.0, 1.0]") { $0.targetSpacingTransposed = [1, 1, 3] },
        Edit("median_shape_transposed", "3 positive") { $0.medianShapeTransposed = [20, 64] },
        Edit("median_shape_transposed", "1e+300") { $0.medianShapeTransposed = [1e300, 1, 1] },
        Edit("median_shape_transposed", "inf") { $0.medianShapeTransposed = [.infinity, 1, 1] },
        Edit("orientation", "'LPX'") { $0.orientation = "LPX" },
        Edit("num_modalities", "is 0") { $0.numModalities = 0 },
        Edit("architecture.in_channels", "is 1") { $0.architecture.inChannels = 1 },
        Edit("normalization_schemes", "Xray") { $0.normalizationSchemes = ["CT", "Xray"] },
        Edit("use_mask_for_norm", "1 values") { $0.useMaskForNorm = [false] },
        Edit("intensity_properties", "0 entries") { $0.intensity = [] },
        Edit("all_classes", "[0, 2]") { $0.allClasses = [0, 2] },
        Edit("num_classes", "is 3") { $0.numClasses = 3 },
        Edit("architecture.classifier_classes", "is 1") { $0.architecture.classifierClasses = 1 },
        Edit("architecture.seg_classes", "is 4") { $0.architecture.segClasses = 4 },
        Edit("architecture.class_weight", "2 numbers") { $0.architecture.classWeight = [0.5, 0.5] },
        Edit("patch_size", "[16, 64]") { $0.patchSize = [16, 64] },
        Edit("patch_size", "2147483648 in all") { $0.patchSize = [65_536, 65_536, 65_536] },
        // A product of 2⁷².
        Edit("patch_size", "strides do not divide") {
            $0.architecture.strides = Array(repeating: [64, 64, 64], count: 4)
        },
        Edit("patch_size", "use e.g. [16, 64, 64]") { $0.patchSize = [16, 64, 63] },
        Edit("patch_size", "single voxel") { $0.patchSize = [2, 4, 4] },
        Edit("architecture.dim", "is 2") { $0.architecture.dim = 2 },
        Edit("architecture.start_channels", "is 0") { $0.architecture.startChannels = 0 },
        Edit("architecture.max_channels", "is -1") { $0.architecture.maxChannels = -1 },
        Edit("architecture.fpn_channels", "is 0") { $0.architecture.fpnChannels = 0 },
        Edit("architecture.head_channels", "is 0") { $0.architecture.headChannels = 0 },
        Edit("architecture.conv_kernels", "[2, 3, 3]") { $0.architecture.convKernels[0] = [2, 3, 3] },
        Edit("architecture.strides", "one stride less") { $0.architecture.strides.append([2, 2, 2]) },
        Edit("architecture.strides", "positive integers") { $0.architecture.strides[0] = [0, 2, 2] },
        Edit("architecture.decoder_levels", "[1, 3]") { $0.architecture.decoderLevels = [1, 3] },
        Edit("architecture.decoder_levels", "ascending") { $0.architecture.decoderLevels = [2, 1] },
        Edit("anchors.width", "1 levels") { $0.anchors.width = [[4, 6]] },
        Edit("anchors.height", "positive numbers") { $0.anchors.height[1] = [0] },
        Edit("anchors.depth", "equally many") { $0.anchors.depth[1] = [8] },
        Edit("anchors.stride", "is 0") { $0.anchors.stride = 0 },
    ]

    @Test func aSoundPlanHasNoFault() { #expect(Self.sound.faults.isEmpty, "\(Self.sound.faults)") }

    @Test(arguments: edits) func editsThatCannotBeAreNamed(_ edit: Edit) throws {
        var plan = Self.sound
        edit.change(&plan)
        let fault = try #require(plan.faults.first { $0.key == edit.key })
        #expect(fault.description.contains(edit.mentions), "\(fault)")
        #expect(throws: Problem.self) { try plan.check(named: "plan.json") }
    }

    @Test func theFileAndTheKeyAreNamed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("D3V001_3d.json")
            try JSONFile.write(Self.sound, to: file)
            #expect(try Plan.read(from: file) == Self.sound)
            var plan = Self.sound
            plan.patchSize = [16, 64, 65]
            plan.batchSize = 0
            try JSONFile.write(plan, to: file)
            let problem = try #require(throws: Problem.self) { try Plan.read(from: file) }
            #expect(problem.subject == file.path && problem.problem.contains("'batch_size' is 0 (and 1 more, in patch_size)"))
            let text = try String(contentsOf: file, encoding: .utf8)
            try AtomicFile.write(Data(text.replacingOccurrences(of: "\"batch_size\" : 0,", with: "").utf8), to: file)
            let missing = try #require(throws: Problem.self) { try Plan.read(from: file) }
            #expect(missing.problem.contains("'batch_size'"))
            try AtomicFile.write(Data(text.replacingOccurrences(of: "\"batch_size\" : 0,", with: "\"batch_size\" : 2.5,").utf8), to: file)
            let fraction = try #require(throws: Problem.self) { try Plan.read(from: file) }
            #expect(
                fraction.problem.contains("a fraction where a whole number") && !fraction.problem.contains("not valid JSON"), "\(fraction)")
            for (key, wrong, named) in [("orientation", "orientaton", "orientation"), ("strides", "stirdes", "strides")] {
                try JSONFile.write(Self.sound, to: file)
                let sound = try String(contentsOf: file, encoding: .utf8)
                // Beside the right key, so that nothing is missing.
                let edited = sound.replacingOccurrences(of: "\"\(key)\" :", with: "\"\(wrong)\" : 1, \"\(key)\" :")
                try AtomicFile.write(Data(edited.utf8), to: file)
                let unknown = try #require(throws: Problem.self) { try Plan.read(from: file) }
                #expect(unknown.problem.contains(wrong) && unknown.remedy?.contains("\(named)'") == true, "\(unknown)")
            }
        }
    }
}
