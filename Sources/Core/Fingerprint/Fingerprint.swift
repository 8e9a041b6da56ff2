import Support

/// What was measured on the cropped cases of a data set (spec 03 §2): `dataset_properties.json`, the original's keys.
///
/// Arrays and boxes are in array axis order, not transposed; sizes and boxes in voxels of the cropped case, spacing in mm.
public struct Fingerprint: Codable, Sendable, Equatable {
    /// Version of the file format.
    public var formatVersion: Int = 1
    public var dim: Int
    /// Size after cropping of every case, in the order of the sorted case ids.
    public var allSizes: [[Int]]
    /// Spacing of every case, same order.
    public var allSpacings: [[Double]]
    /// Share of the voxels that cropping kept, per case.
    public var sizeReductions: [String: Double]
    /// Names of the modalities by index.
    public var modalities: [Int: String]
    /// Names of the classes by id.
    public var classNames: [Int: String]
    public var allClasses: [Int]
    /// Objects per class over all cases; a class never seen stands with 0.
    public var numInstances: [Int: Int]
    /// IoU of each object with every other object of its class in its case, per class.
    public var classIoUs: [Int: [Double]]
    /// IoU of each object with every other object of its case.
    public var allIoUs: [Double]
    /// What was measured on each case, by case id.
    public var cases: [String: CaseFingerprint]
    /// Foreground intensities per modality.
    public var intensity: [Int: ModalityIntensity]
    /// Number of raw images per orientation (axis codes in ITK order, e.g. `LPS`), empty where it was not recorded.
    public var orientations: [String: Int] = [:]
    /// Axis codes that all cropped cases share; nil where they differ or were not recorded.
    public var orientation: String?

    enum CodingKeys: String, CodingKey {
        case dim, modalities, orientations, orientation
        case formatVersion = "format_version"
        case allSizes = "all_sizes"
        case allSpacings = "all_spacings"
        case sizeReductions = "size_reductions"
        case classNames = "class_dct"
        case allClasses = "all_classes"
        case numInstances = "num_instances"
        case classIoUs = "class_ious"
        case allIoUs = "all_ious"
        case cases = "instance_props_per_patient"
        case intensity = "intensity_properties"
    }

    public init(
        dim: Int, allSizes: [[Int]], allSpacings: [[Double]], sizeReductions: [String: Double], modalities: [Int: String],
        classNames: [Int: String], numInstances: [Int: Int], classIoUs: [Int: [Double]], allIoUs: [Double],
        cases: [String: CaseFingerprint], intensity: [Int: ModalityIntensity], orientations: [String: Int] = [:], orientation: String? = nil
    ) {
        self.dim = dim
        self.allSizes = allSizes
        self.allSpacings = allSpacings
        self.sizeReductions = sizeReductions
        self.modalities = modalities
        self.classNames = classNames
        allClasses = classNames.keys.sorted()
        self.numInstances = numInstances
        self.classIoUs = classIoUs
        self.allIoUs = allIoUs
        self.cases = cases
        self.intensity = intensity
        self.orientations = orientations
        self.orientation = orientation
    }

    /// Reads a fingerprint; one converted from the original has neither a format version nor orientations.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        formatVersion = try values.decodeIfPresent(Int.self, forKey: .formatVersion) ?? 1
        guard formatVersion == 1 else {
            throw DecodingError.dataCorruptedError(
                forKey: .formatVersion, in: values, debugDescription: "version \(formatVersion) is not known, only 1 is")
        }
        dim = try values.decode(Int.self, forKey: .dim)
        allSizes = try values.decode([[Int]].self, forKey: .allSizes)
        allSpacings = try values.decode([[Double]].self, forKey: .allSpacings)
        sizeReductions = try values.decode([String: Double].self, forKey: .sizeReductions)
        modalities = try values.decode([Int: String].self, forKey: .modalities)
        classNames = try values.decode([Int: String].self, forKey: .classNames)
        allClasses = try values.decode([Int].self, forKey: .allClasses)
        numInstances = try values.decode([Int: Int].self, forKey: .numInstances)
        classIoUs = try values.decode([Int: [Double]].self, forKey: .classIoUs)
        allIoUs = try values.decode([Double].self, forKey: .allIoUs)
        cases = try values.decode([String: CaseFingerprint].self, forKey: .cases)
        intensity = try values.decode([Int: ModalityIntensity].self, forKey: .intensity)
        orientations = try values.decodeIfPresent([String: Int].self, forKey: .orientations) ?? [:]
        orientation = try values.decodeIfPresent(String.self, forKey: .orientation)
    }

    /// Case ids, sorted: the order of `allSizes` and `allSpacings`.
    public var caseIDs: [String] { cases.keys.sorted() }

    /// Objects of all classes and cases.
    public var objectCount: Int { cases.values.reduce(0) { $0 + $1.boxes.count } }
}

extension Fingerprint: CheckedContent {
    /// - Throws: `Problem` naming the key whose arrays are not of `dim` axes, or whose numbers no image has.
    public func check(named name: String) throws {
        func expect(_ holds: Bool, _ key: String, _ problem: @autoclosure () -> String) throws {
            guard holds else { throw Problem(name, "'\(key)' \(problem())", remedy: "run 'nndet prep' again") }
        }
        let sizes = 1...1 << 31
        try expect((2...3).contains(dim), "dim", "is \(dim), 2 and 3 are supported")
        try expect(
            allSizes.allSatisfy { $0.count == dim && $0.allSatisfy(sizes.contains) }, "all_sizes",
            "has sizes that are not \(dim) numbers of voxels")
        try expect(
            allSpacings.allSatisfy { $0.count == dim && $0.allSatisfy { $0.isFinite && $0 > 0 } }, "all_spacings",
            "has spacings that are not \(dim) positive numbers of mm")
        for (id, item) in cases.sorted(by: { $0.key < $1.key }) {
            let key = "\(CodingKeys.cases.rawValue).\(id)"
            try expect(
                item.originalSpacing.count >= dim && item.originalSpacing.allSatisfy { $0.isFinite && $0 > 0 }, "\(key).original_spacing",
                "is \(item.originalSpacing.prefix(4)), \(dim) positive numbers of mm are needed")
            try expect(
                item.sizeAfterCropping.count >= dim && item.sizeAfterCropping.allSatisfy(sizes.contains), "\(key).size_after_cropping",
                "is \(item.sizeAfterCropping.prefix(4)), \(dim) numbers of voxels are needed")
            try expect(
                item.boxes.allSatisfy { $0.count == 2 * dim && $0.allSatisfy { abs(Double($0)) < 0x1p32 } }, "\(key).boxes",
                "has a box that is not \(2 * dim) numbers of voxels")
        }
        let objects = 0...1 << 40
        try expect(numInstances.values.allSatisfy(objects.contains), "num_instances", "has a negative or impossible number of objects")
    }
}
