import Preprocessing
import Support

/// All objects of a set of cases, to be chosen from.
struct ObjectIndex: Sendable {
    /// An object: its case, and its place among the case's candidates.
    struct Object: Sendable, Equatable {
        let caseIndex: Int
        let candidate: Int
    }

    let objects: [Object]
    /// For each class that occurs, in ascending order: positions in `objects`.
    let byClass: [[Int]]

    init(_ candidates: [Candidates]) {
        var objects: [Object] = []
        var classes: [Int: [Int]] = [:]
        for (caseIndex, list) in candidates.enumerated() {
            for candidate in 0..<list.count {
                classes[list.labels[candidate], default: []].append(objects.count)
                objects.append(Object(caseIndex: caseIndex, candidate: candidate))
            }
        }
        self.objects = objects
        byClass = classes.sorted { $0.key < $1.key }.map(\.value)
    }

    func anyObject(_ generator: inout SeededGenerator) -> Object { objects[generator.integer(in: 0..<objects.count)] }

    /// Every class that occurs is equally likely.
    func objectOfAnyClass(_ generator: inout SeededGenerator) -> Object {
        let group = byClass[generator.integer(in: 0..<byClass.count)]
        return objects[group[generator.integer(in: 0..<group.count)]]
    }
}
