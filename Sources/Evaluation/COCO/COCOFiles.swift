import Boxes
import Core
import Foundation
import Support

/// Annotations and detections in COCO's JSON: boxes as [x, y, width, height], or [x, y, z, width, height, depth] in 3D, in voxels.
///
/// Images come in the order of their ids, as COCO's own evaluation takes them.
public struct COCOFiles: Sendable {
    /// Names of the categories by class id; the ids of the file in ascending order.
    public let classNames: [String]
    public let cases: [EvaluationCase]
    /// 2 or 3.
    public let dimension: Int
    /// Per case and object: the annotation's `area` (the box's where there is none), and whether it is a crowd or to be ignored.
    let areas: [[Double]]
    /// Per case and detection, of its box as the file has it: rounded to single precision it could lie on the other side of a limit.
    let foundAreas: [[Double]]
    let crowds: [[Bool]]
    let ignored: [[Bool]]

    /// - Parameters:
    ///   - groundTruth: `images`, `annotations` and `categories`.
    ///   - predictions: a list of `image_id`, `category_id`, `bbox`, `score`.
    /// - Throws: `Problem` naming the file and the entry that cannot be understood.
    public init(groundTruth: URL, predictions: URL) throws {
        let truth: TruthFile = try JSONFile.read(from: groundTruth)
        let found: [Found] = try JSONFile.read(from: predictions)
        let categories = truth.categories.sorted { $0.id < $1.id }
        let classes = Dictionary(categories.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        guard !categories.isEmpty, classes.count == categories.count else {
            throw Problem(groundTruth, "'categories' is empty or has an id twice", remedy: "list each category once")
        }
        let images = truth.images.map(\.id).sorted()
        let places = Dictionary(images.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        guard places.count == images.count else { throw Problem(groundTruth, "'images' has an id twice", remedy: "list each image once") }

        guard categories.count <= 4096, [images.count, categories.count].product(atMost: 1 << 26) != nil else {
            throw Problem(
                groundTruth,
                "has \(images.count) 'images' and \(categories.count) 'categories', at most 4096 categories and 2^26 pairs are scored",
                remedy: "remove categories without annotations")
        }

        var reader = BoxReader()
        var objects = [GroundTruth](repeating: GroundTruth(), count: images.count)
        var areas = [[Double]](repeating: [], count: images.count)
        var (crowds, ignored) = ([[Bool]](repeating: [], count: images.count), [[Bool]](repeating: [], count: images.count))
        for (index, item) in truth.annotations.enumerated() {
            let name = "\(groundTruth.path): annotations[\(index)]"
            guard let place = places[item.imageID] else { throw Problem(name, "image \(item.imageID) is not among 'images'") }
            guard let label = classes[item.categoryID] else { throw Problem(name, "category \(item.categoryID) is not among 'categories'") }
            let box = try reader.box(item.bbox, named: name)
            objects[place].boxes.append(box)
            objects[place].labels.append(label)
            areas[place].append(item.area ?? BoxReader.area(item.bbox))
            crowds[place].append(item.isCrowd)
            ignored[place].append(item.isCrowd)
        }
        var detections = [Detections](repeating: Detections(), count: images.count)
        var foundAreas = [[Double]](repeating: [], count: images.count)
        for (index, item) in found.enumerated() {
            let name = "\(predictions.path)[\(index)]"
            guard let place = places[item.imageID] else {
                throw Problem(name, "image \(item.imageID) is not among the images of \(groundTruth.path)")
            }
            guard let label = classes[item.categoryID] else {
                throw Problem(name, "category \(item.categoryID) is not among the categories of \(groundTruth.path)")
            }
            guard item.score.isFinite else { throw Problem(name, "its score is not a number") }
            detections[place].boxes.append(try reader.box(item.bbox, named: name))
            detections[place].scores.append(Float(item.score))
            detections[place].labels.append(label)
            foundAreas[place].append(BoxReader.area(item.bbox))
        }
        let dimension = reader.dimension ?? 3
        self.dimension = dimension
        classNames = categories.map { $0.name ?? "\($0.id)" }
        cases = images.indices.map {
            EvaluationCase(id: images[$0].description, detections: detections[$0], truth: objects[$0], dimension: dimension)
        }
        self.areas = areas
        self.foundAreas = foundAreas
        self.crowds = crowds
        self.ignored = ignored
    }

    /// The cases without the objects that COCO ignores, for scores that know no such thing.
    public var countedCases: [EvaluationCase] {
        cases.indices.map { index in
            var item = cases[index]
            let kept = item.truth.boxes.indices.filter { !ignored[index][$0] }
            item.truth = GroundTruth(boxes: kept.map { item.truth.boxes[$0] }, labels: kept.map { item.truth.labels[$0] })
            return item
        }
    }

    private struct TruthFile: Decodable {
        struct Image: Decodable { let id: COCOImageID }
        struct Category: Decodable {
            let id: Int
            let name: String?
        }
        struct Annotation: Decodable {
            let imageID: COCOImageID
            let categoryID: Int
            let bbox: [Double]
            let area: Double?
            let iscrowd: Int?
            var isCrowd: Bool { (iscrowd ?? 0) != 0 }
            enum CodingKeys: String, CodingKey {
                case bbox, area, iscrowd
                case imageID = "image_id"
                case categoryID = "category_id"
            }
        }
        let images: [Image]
        let annotations: [Annotation]
        let categories: [Category]
    }

    private struct Found: Decodable {
        let imageID: COCOImageID
        let categoryID: Int
        let bbox: [Double]
        let score: Double
        enum CodingKeys: String, CodingKey {
            case bbox, score
            case imageID = "image_id"
            case categoryID = "category_id"
        }
    }

    /// Boxes of one number of dimensions.
    private struct BoxReader {
        var dimension: Int?

        /// Product of the sides.
        static func area(_ numbers: [Double]) -> Double { numbers[(numbers.count / 2)...].reduce(1, *) }

        mutating func box(_ numbers: [Double], named name: String) throws -> Box {
            guard numbers.count == 4 || numbers.count == 6, numbers.allSatisfy(\.isFinite) else {
                throw Problem(name, "'bbox' must be 4 numbers (x, y, width, height) or 6 (x, y, z, width, height, depth)")
            }
            let own = numbers.count / 2
            guard dimension ?? own == own else { throw Problem(name, "'bbox' is \(own)D, others are \(own == 2 ? 3 : 2)D") }
            dimension = own
            guard numbers[own...].allSatisfy({ $0 >= 0 }) else { throw Problem(name, "'bbox' has a negative extent") }
            // COCO's order is x, y, z; array order is the other way round.
            func place(_ axis: Int) -> (Float, Float) {
                let at = own - 1 - axis
                return (Float(numbers[at]), Float(numbers[at] + numbers[at + own]))
            }
            let (a, b) = (place(0), place(1))
            let c = own == 3 ? place(2) : (0, 1)
            return Box(lower: SIMD3(a.0, b.0, c.0), upper: SIMD3(a.1, b.1, c.1))
        }
    }
}

/// The id of an image: a number or a text.
struct COCOImageID: Decodable, Hashable, Comparable, CustomStringConvertible, Sendable {
    private let number: Int?
    private let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self.number = number
            text = String(number)
        } else {
            number = nil
            text = try container.decode(String.self)
        }
    }

    var description: String { text }

    static func < (a: COCOImageID, b: COCOImageID) -> Bool {
        switch (a.number, b.number) {
        case (let a?, let b?): a < b
        case (nil, nil): a.text < b.text
        default: a.number != nil
        }
    }
}
