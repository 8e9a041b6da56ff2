import Boxes
import Imaging
import Support

/// What is known of one case beside its voxels, from cropping on; JSON beside the arrays.
public struct CaseProperties: Codable, Sendable, Equatable {
    public var formatVersion: Int = 1
    public var caseID: String
    /// The grid of the raw image (modality 0), before reorientation and cropping.
    public var geometry: Geometry
    /// For each axis of the reoriented array: the axis of the raw array, and whether it is flipped. `[0, 1, 2]` and no flips where nothing changed.
    public var orientation: AxisMap = .identity
    /// Crop per axis of the reoriented array, half-open.
    public var cropLower: SIMD3<Int>
    public var cropUpper: SIMD3<Int>
    /// Instance id → class id from the label file.
    public var instances: [Int: Int]
    /// Values present in the cropped segmentation.
    public var classes: [Int]
    /// Set by preprocessing, transposed axis order.
    public var sizeAfterResampling: SIMD3<Int>?
    /// Set by preprocessing, transposed axis order, mm.
    public var spacingAfterResampling: SIMD3<Double>?
    /// Key of the content and options that the arrays beside this file were made from; other inputs give another key.
    public var contentKey: String?
    /// What the voxels of each modality are like, after cropping; set by cropping.
    public var images: [ImageSummary]?
    /// What reading the files noticed, each with the name of its file; nil where nothing was noticed.
    public var notices: [String]?
    /// The arrays that belong to this file, by name, as they were when they were written.
    public var files: [String: FileSeal]?

    enum CodingKeys: String, CodingKey {
        case geometry, instances, classes, orientation, images, notices, files
        case formatVersion = "format_version"
        case caseID = "case_id"
        case cropLower = "crop_lower"
        case cropUpper = "crop_upper"
        case sizeAfterResampling = "size_after_resampling"
        case spacingAfterResampling = "spacing_after_resampling"
        case contentKey = "content_key"
    }

    public init(
        caseID: String, geometry: Geometry, orientation: AxisMap = .identity, cropLower: SIMD3<Int>, cropUpper: SIMD3<Int>,
        instances: [Int: Int] = [:], classes: [Int] = []
    ) {
        self.caseID = caseID
        self.geometry = geometry
        self.orientation = orientation
        self.cropLower = cropLower
        self.cropUpper = cropUpper
        self.instances = instances
        self.classes = classes
    }

    /// Spacing of the reoriented array, mm.
    public var spacing: SIMD3<Double> { orientation.applied(to: geometry.spacing) }
    /// Size of the reoriented array before cropping.
    public var sizeBeforeCropping: SIMD3<Int> { orientation.applied(to: geometry.size) }
    public var sizeAfterCropping: SIMD3<Int> { cropUpper &- cropLower }
}

extension CaseProperties: CheckedContent {
    /// - Throws: `Problem` naming the key whose value does not belong to an image and a part of it.
    public func check(named name: String) throws {
        func expect(_ holds: Bool, _ key: String, _ problem: @autoclosure () -> String) throws {
            guard holds else { throw Problem(name, "'\(key)' \(problem())", remedy: "run 'nndet prep' again") }
        }
        let fault = geometry.fault
        try expect(fault == nil, "geometry.\(fault?.part.rawValue ?? "")", fault?.problem ?? "")
        try expect(orientation.isValid, "orientation", "is no order of the axes 0, 1, 2 with three flips")
        let size = sizeBeforeCropping
        try expect(
            all(cropLower .>= 0) && all(cropLower .< cropUpper) && all(cropUpper .<= size), "crop_lower",
            "(\(cropLower.x), \(cropLower.y), \(cropLower.z)) and 'crop_upper' (\(cropUpper.x), \(cropUpper.y), \(cropUpper.z)) are no "
                + "part of \(size.x) × \(size.y) × \(size.z) voxels")
        if let size = sizeAfterResampling {
            try expect(size.isGridSize, "size_after_resampling", "is (\(size.x), \(size.y), \(size.z)), which is no size of an image")
        }
        if let spacing = spacingAfterResampling {
            try expect(
                (0..<3).allSatisfy { spacing[$0].isFinite && spacing[$0] > 0 }, "spacing_after_resampling",
                "is (\(spacing.x), \(spacing.y), \(spacing.z)), positive numbers of mm are needed")
        }
        if let (id, label) = instances.first(where: { Int32(exactly: $0.key) == nil || !(0..<Int(Int32.max)).contains($0.value) }) {
            try expect(false, "instances", "gives object \(id) the class \(label)")
        }
    }
}

/// A permutation and flips of the three array axes.
public struct AxisMap: Codable, Sendable, Equatable {
    /// Axis of the source that becomes axis i of the result.
    public var source: SIMD3<Int>
    /// Whether axis i of the result runs backwards.
    public var flipped: [Bool]

    public init(source: SIMD3<Int>, flipped: [Bool] = [false, false, false]) {
        self.source = source
        self.flipped = flipped
    }

    public static let identity = AxisMap(source: SIMD3(0, 1, 2))

    /// Whether every axis is the source of one axis.
    public var isValid: Bool { [source.x, source.y, source.z].sorted() == [0, 1, 2] && flipped.count == 3 }

    /// Per-axis quantities (sizes, spacings) in the order of the result.
    public func applied<Scalar>(to vector: SIMD3<Scalar>) -> SIMD3<Scalar> {
        SIMD3(vector[source.x], vector[source.y], vector[source.z])
    }
}
