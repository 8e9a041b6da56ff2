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
        let (labels, problems) = try readAll(url)
        if let problem = problems.first { throw problem }
        return labels
    }

    /// Reads `<case>.json` as far as it can be understood, with what is wrong with the rest.
    ///
    /// - Throws: `Problem` where the file is missing or no JSON with a map `instances`.
    public static func readAll(_ url: URL) throws -> (labels: CaseLabels, problems: [Problem]) {
        let document = try Document.read(url)
        let remedy = "write {\"instances\": {\"1\": 0}}, instance to class"
        guard let entry = document["instances"] else { throw Problem(url, "key 'instances' is missing", remedy: remedy) }
        guard case .map(let map) = entry else {
            throw Problem(url, "'instances' is \(entry.kind), it must be a map of instance to class", remedy: remedy)
        }
        var labels = CaseLabels()
        var problems: [Problem] = []
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            // "01" would be the same instance as "1".
            guard let id = Int(key), id > 0, String(id) == key else {
                problems.append(Problem(url, "instance '\(key)' is not a positive integer", remedy: remedy))
                continue
            }
            guard case .integer(let label) = value else {
                problems.append(Problem(url, "the class of instance \(id) is \(value.kind), it must be an integer", remedy: remedy))
                continue
            }
            labels.instances[id] = label
        }
        return (labels, problems)
    }

    public func encode(to encoder: any Encoder) throws {
        // As a map with text keys, which a dictionary with integer keys also becomes in JSON, but no other encoder promises.
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Dictionary(uniqueKeysWithValues: instances.map { (String($0.key), $0.value) }), forKey: .instances)
    }
}
