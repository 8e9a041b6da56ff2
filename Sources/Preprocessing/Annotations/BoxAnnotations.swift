import Foundation
import Support

/// Boxes in COCO's JSON: `images` (`id`, `file_name`), `categories` (`id`, `name`) and `annotations` with a `bbox` of 6 numbers: x, y, z and the
/// sizes along them.
public struct BoxAnnotations: Decodable, Sendable {
    struct Image: Decodable {
        let id: Name
        let fileName: String?
        enum CodingKeys: String, CodingKey {
            case id
            case fileName = "file_name"
        }
    }
    struct Category: Decodable {
        let id: Int
        let name: String?
    }
    struct Annotation: Decodable {
        let imageID: Name
        let categoryID: Int
        let bbox: [Double]
        enum CodingKeys: String, CodingKey {
            case bbox
            case imageID = "image_id"
            case categoryID = "category_id"
        }
    }

    /// A number or a text.
    struct Name: Decodable, Hashable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) { text = String(number) } else { text = try container.decode(String.self) }
        }
    }

    let images: [Image]
    let categories: [Category]
    let annotations: [Annotation]

    /// Names of the categories by rising id.
    public var classNames: [String] { categories.sorted { $0.id < $1.id }.map { $0.name ?? "\($0.id)" } }

    /// The objects by the name of their image.
    ///
    /// - Parameters:
    ///   - url: where this was read, for messages.
    ///   - coordinates: what each `bbox` is given in.
    ///   - classes: by the names of the categories; nil: the categories by rising id.
    /// - Throws: `Problem` naming the entry that cannot be understood.
    public func objects(
        _ url: URL, _ coordinates: BoxCoordinates, classes: ClassNames?
    ) throws -> [(name: String, object: AnnotatedObject)] {
        let sorted = categories.sorted { $0.id < $1.id }
        var labels: [Int: Int] = [:]
        for (index, category) in sorted.enumerated() {
            guard labels[category.id] == nil else {
                throw Problem(url, "'categories' has the id \(category.id) twice", remedy: "give each category an id of its own")
            }
            labels[category.id] =
                try classes.map { try $0.label(category.name ?? "\(category.id)", source: "\(url.path): category \(category.id)") } ?? index
        }
        var names: [Name: String] = [:]
        for image in images {
            guard names.updateValue(image.fileName ?? image.id.text, forKey: image.id) == nil else {
                throw Problem(url, "'images' has the id \(image.id.text) twice", remedy: "give each image an id of its own")
            }
        }
        return try annotations.enumerated().map { index, item in
            let source = "\(url.path): annotations[\(index)]"
            guard let name = names[item.imageID] else { throw Problem(source, "image \(item.imageID.text) is not among 'images'") }
            guard let label = labels[item.categoryID] else {
                throw Problem(source, "category \(item.categoryID) is not among 'categories'")
            }
            let box = item.bbox
            guard box.count == 6, box.allSatisfy(\.isFinite) else {
                throw Problem(source, "'bbox' has \(box.count) numbers, a box has 6: x, y, z, width, height, depth")
            }
            guard box[3...].allSatisfy({ $0 > 0 }) else { throw Problem(source, "a size is not positive") }
            let lower = SIMD3(box[0], box[1], box[2])
            return (name, AnnotatedObject(coordinates.box(lower, lower + SIMD3(box[3], box[4], box[5])), label: label, source: source))
        }
    }
}
