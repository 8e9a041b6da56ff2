import Foundation
import Support

/// The label file `<case>.json` beside a map of instances: which instance has which class.
public struct CaseLabels: Codable, Sendable, Equatable {
    /// Instance id (from 1) → class id (from 0). Empty where the image shows no object.
    public var instances: [Int: Int]

    public init(instances: [Int: Int] = [:]) { self.instances = instances }

    /// Reads `<case>.json`; keys other than `instances` are ignored.
    ///
    /// - Throws: `Problem` naming the file and the instance that is not an integer or has no integer class.
    public static func read(_ url: URL) throws -> CaseLabels {
        let document = try Document.read(url)
        guard let entry = document["instances"] else { throw Problem(url, "key 'instances' is missing") }
        guard case .map(let map) = entry else { throw Problem(url, "'instances' is \(entry.kind), it must be a map of instance to class") }
        var labels = CaseLabels()
        for (key, value) in map {
            guard let id = Int(key), id > 0 else { throw Problem(url, "instance '\(key)' is not a positive integer") }
            guard case .integer(let label) = value else {
                throw Problem(url, "the class of instance \(id) is \(value.kind), it must be an integer")
            }
            labels.instances[id] = label
        }
        return labels
    }

    public func encode(to encoder: any Encoder) throws {
        // As a map with text keys, which a dictionary with integer keys also becomes in JSON, but no other encoder promises.
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Dictionary(uniqueKeysWithValues: instances.map { (String($0.key), $0.value) }), forKey: .instances)
    }
}
