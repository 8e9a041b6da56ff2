/// What was measured on one cropped case: its grid and its objects.
public struct CaseFingerprint: Codable, Sendable, Equatable {
    /// Size before cropping, array order.
    public var originalSize: [Int]
    /// Millimetres, array order.
    public var originalSpacing: [Double]
    /// Half-open crop per axis.
    public var cropBounds: [[Int]]
    public var sizeAfterCropping: [Int]
    /// Instance id → class id from the label file.
    public var instances: [Int: Int]
    /// Values present in the cropped segmentation.
    public var classes: [Int]
    /// Objects per class, from the label file; every class stands in it.
    public var numInstances: [Int: Int]
    /// Classes with objects in this case, ascending.
    public var classesPresent: [Int]
    /// Volume of all objects of a class, mm³; every class stands in it.
    public var volumePerClass: [Int: Double]
    /// Volume of each object by class, ascending instance id, mm³.
    public var volumesPerClass: [Int: [Double]]
    /// Boxes by the box rule of spec 05 (smallest index − 1, largest + 1) in the original's order, ascending instance id.
    public var boxes: [[Int]]
    /// [N, N − 1]: IoU of each box with every other one.
    public var allIoUs: [[Double]]
    /// The same among the boxes of each class.
    public var classIoUs: [Int: [[Double]]]

    enum CodingKeys: String, CodingKey {
        case instances, classes, boxes
        case originalSize = "original_size_of_raw_data"
        case originalSpacing = "original_spacing"
        case cropBounds = "crop_bbox"
        case sizeAfterCropping = "size_after_cropping"
        case numInstances = "num_instances"
        case classesPresent = "has_classes"
        case volumePerClass = "volume_per_class"
        case volumesPerClass = "region_volume_per_class"
        case allIoUs = "all_ious"
        case classIoUs = "class_ious"
    }

    public init(
        originalSize: [Int], originalSpacing: [Double], cropBounds: [[Int]], sizeAfterCropping: [Int], instances: [Int: Int],
        classes: [Int], numInstances: [Int: Int], classesPresent: [Int], volumePerClass: [Int: Double],
        volumesPerClass: [Int: [Double]], boxes: [[Int]], allIoUs: [[Double]], classIoUs: [Int: [[Double]]]
    ) {
        self.originalSize = originalSize
        self.originalSpacing = originalSpacing
        self.cropBounds = cropBounds
        self.sizeAfterCropping = sizeAfterCropping
        self.instances = instances
        self.classes = classes
        self.numInstances = numInstances
        self.classesPresent = classesPresent
        self.volumePerClass = volumePerClass
        self.volumesPerClass = volumesPerClass
        self.boxes = boxes
        self.allIoUs = allIoUs
        self.classIoUs = classIoUs
    }
}
