import Boxes

/// What planning decided for a data set: preprocessing, patch, network and anchors (spec 03). JSON on disk, the original's keys.
///
/// Axes are in transposed order wherever a name says so, and for `patchSize`, `architecture` and `anchors`.
public struct Plan: Codable, Sendable, Equatable {
    /// Version of the file format.
    public var formatVersion: Int = 1
    /// `3d`, or `3dlr1` for the low-resolution plan.
    public var mode: String
    public var plannerID: String
    /// Name of the folder of preprocessed data, e.g. `D3V001_3d`.
    public var dataIdentifier: String
    public var dim: Int
    public var networkDim: Int
    public var numModalities: Int
    public var allClasses: [Int]
    public var numClasses: Int
    /// Millimetres, axes of the image arrays (not transposed).
    public var targetSpacing: [Double]
    public var targetSpacingTransposed: [Double]
    public var medianShapeTransposed: [Double]
    /// Axis of the image array that becomes axis i of the preprocessed array.
    public var transposeForward: [Int]
    public var transposeBackward: [Int]
    /// Per modality: CT, CT2, nonCT.
    public var normalizationSchemes: [String]
    /// Per modality: whether normalisation looks only inside the nonzero mask.
    public var useMaskForNorm: [Bool]
    public var anisotropyThreshold: Double
    public var resampleAnisotropyThreshold: Double
    public var targetSpacingPercentile: Double
    public var patchSize: [Int]
    public var batchSize: Int
    public var architecture: Architecture
    public var anchors: Anchors
    public var doDummy2DDataAug: Bool
    /// Whether objects exceed the patch so that a low-resolution plan was made too.
    public var triggerLowResolution: Bool
    /// Intensity statistics of the foreground, per modality.
    public var intensity: [IntensityStatistics]
    /// What training was expected to take when the plan was made; says nothing of how to train.
    public var expectation: TrainingExpectation?
    /// Axis codes (ITK order, e.g. `LPS`) that every image is permuted and flipped to before cropping; nil: images stay as they are.
    public var orientation: String?

    /// The network's shape (spec 06).
    public struct Architecture: Codable, Sendable, Equatable {
        public var archName: String
        public var dim: Int
        public var inChannels: Int
        public var classifierClasses: Int
        public var segClasses: Int
        public var startChannels: Int
        public var maxChannels: Int
        public var fpnChannels: Int
        public var headChannels: Int
        /// One kernel per resolution, per axis 1 or 3.
        public var convKernels: [[Int]]
        /// One stride per step down, per axis 1 or 2.
        public var strides: [[Int]]
        /// Resolutions that carry detection heads, fine to coarse.
        public var decoderLevels: [Int]
        public var classWeight: [Double]?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case dim, strides
            case archName = "arch_name"
            case inChannels = "in_channels"
            case classifierClasses = "classifier_classes"
            case segClasses = "seg_classes"
            case startChannels = "start_channels"
            case maxChannels = "max_channels"
            case fpnChannels = "fpn_channels"
            case headChannels = "head_channels"
            case convKernels = "conv_kernels"
            case decoderLevels = "decoder_levels"
            case classWeight = "class_weight"
        }

        public init(
            archName: String, dim: Int, inChannels: Int, classifierClasses: Int, segClasses: Int, startChannels: Int, maxChannels: Int,
            fpnChannels: Int, headChannels: Int, convKernels: [[Int]], strides: [[Int]], decoderLevels: [Int], classWeight: [Double]? = nil
        ) {
            self.archName = archName
            self.dim = dim
            self.inChannels = inChannels
            self.classifierClasses = classifierClasses
            self.segClasses = segClasses
            self.startChannels = startChannels
            self.maxChannels = maxChannels
            self.fpnChannels = fpnChannels
            self.headChannels = headChannels
            self.convKernels = convKernels
            self.strides = strides
            self.decoderLevels = decoderLevels
            self.classWeight = classWeight
        }
    }

    /// Anchor sizes per decoder level: every combination of width (axis 0), height (axis 1) and depth (axis 2).
    public struct Anchors: Codable, Sendable, Equatable {
        public var width: [[Double]]
        public var height: [[Double]]
        public var depth: [[Double]]
        public var stride: Int

        enum CodingKeys: String, CodingKey, CaseIterable { case width, height, depth, stride }

        public init(width: [[Double]], height: [[Double]], depth: [[Double]], stride: Int = 1) {
            self.width = width
            self.height = height
            self.depth = depth
            self.stride = stride
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case mode, dim, architecture, anchors, orientation
        case formatVersion = "format_version"
        case plannerID = "planner_id"
        case dataIdentifier = "data_identifier"
        case networkDim = "network_dim"
        case numModalities = "num_modalities"
        case allClasses = "all_classes"
        case numClasses = "num_classes"
        case targetSpacing = "target_spacing"
        case targetSpacingTransposed = "target_spacing_transposed"
        case medianShapeTransposed = "median_shape_transposed"
        case transposeForward = "transpose_forward"
        case transposeBackward = "transpose_backward"
        case normalizationSchemes = "normalization_schemes"
        case useMaskForNorm = "use_mask_for_norm"
        case anisotropyThreshold = "anisotropy_threshold"
        case resampleAnisotropyThreshold = "resample_anisotropy_threshold"
        case targetSpacingPercentile = "target_spacing_percentile"
        case patchSize = "patch_size"
        case batchSize = "batch_size"
        case doDummy2DDataAug = "do_dummy_2D_data_aug"
        case triggerLowResolution = "trigger_lr1"
        case intensity = "intensity_properties"
        case expectation = "expected_training"
    }

    public init(
        mode: String, plannerID: String, dataIdentifier: String, dim: Int, networkDim: Int, numModalities: Int, allClasses: [Int],
        targetSpacing: [Double], targetSpacingTransposed: [Double], medianShapeTransposed: [Double], transposeForward: [Int],
        transposeBackward: [Int], normalizationSchemes: [String], useMaskForNorm: [Bool], anisotropyThreshold: Double,
        resampleAnisotropyThreshold: Double, targetSpacingPercentile: Double, patchSize: [Int], batchSize: Int,
        architecture: Architecture, anchors: Anchors, doDummy2DDataAug: Bool, triggerLowResolution: Bool, intensity: [IntensityStatistics],
        orientation: String? = nil, expectation: TrainingExpectation? = nil
    ) {
        self.mode = mode
        self.plannerID = plannerID
        self.dataIdentifier = dataIdentifier
        self.dim = dim
        self.networkDim = networkDim
        self.numModalities = numModalities
        self.allClasses = allClasses
        numClasses = allClasses.count
        self.targetSpacing = targetSpacing
        self.targetSpacingTransposed = targetSpacingTransposed
        self.medianShapeTransposed = medianShapeTransposed
        self.transposeForward = transposeForward
        self.transposeBackward = transposeBackward
        self.normalizationSchemes = normalizationSchemes
        self.useMaskForNorm = useMaskForNorm
        self.anisotropyThreshold = anisotropyThreshold
        self.resampleAnisotropyThreshold = resampleAnisotropyThreshold
        self.targetSpacingPercentile = targetSpacingPercentile
        self.patchSize = patchSize
        self.batchSize = batchSize
        self.architecture = architecture
        self.anchors = anchors
        self.doDummy2DDataAug = doDummy2DDataAug
        self.triggerLowResolution = triggerLowResolution
        self.intensity = intensity
        self.orientation = orientation
        self.expectation = expectation
    }
}

/// Statistics of the foreground intensities of one modality, in the image's own units.
public struct IntensityStatistics: Codable, Sendable, Equatable {
    public var median: Double
    public var mean: Double
    /// Population standard deviation.
    public var std: Double
    public var min: Double
    public var max: Double
    public var percentile995: Double
    public var percentile005: Double

    enum CodingKeys: String, CodingKey {
        case median, mean, std, min, max
        case percentile995 = "percentile_99_5"
        case percentile005 = "percentile_00_5"
    }

    public init(median: Double, mean: Double, std: Double, min: Double, max: Double, percentile995: Double, percentile005: Double) {
        self.median = median
        self.mean = mean
        self.std = std
        self.min = min
        self.max = max
        self.percentile995 = percentile995
        self.percentile005 = percentile005
    }
}
