import Boxes
import Core
import Foundation
import Support

extension RawPredictions {
    /// The files of `caseID` in a folder of raw predictions (`sweep_predictions`).
    public static func files(of caseID: String, in folder: URL) -> (arrays: URL, description: URL) {
        (folder.appendingPathComponent("\(caseID)_raw.npz"), folder.appendingPathComponent("\(caseID)_raw.json"))
    }

    /// Writes `<case>_raw.npz` (boxes, scores, labels, weights, tiles of all members one after another) and `<case>_raw.json`.
    ///
    /// The description is removed first and written last: where it exists, it belongs to the arrays.
    public func save(_ caseID: String, in folder: URL) throws {
        let (arrays, description) = Self.files(of: caseID, in: folder)
        try AtomicFile.createFolder(folder)
        if FileManager.default.fileExists(atPath: description.path) {
            guard unlink(description.path) == 0 else { throw Problem(description, doing: "replace", errno: errno) }
        }
        let boxes = members.flatMap { $0.detections.boxes.flat(dimension: dimension) }
        let count = members.reduce(0) { $0 + $1.detections.count }
        try NPZ.write(
            [
                "boxes": NPYArray(boxes, shape: [count, Box.width(dimension: dimension)]),
                "scores": NPYArray(members.flatMap(\.detections.scores), shape: [count]),
                "labels": NPYArray(members.flatMap { $0.detections.labels.map(Int32.init(clamping:)) }, shape: [count]),
                "weights": NPYArray(members.flatMap(\.weights), shape: [count]),
                "tiles": NPYArray(members.flatMap(\.tiles), shape: [count]),
            ], to: arrays, compressed: false)
        let entries = members.map { Description.Entry(model: $0.model, transform: $0.transform, boxes: $0.detections.count) }
        try JSONFile.write(
            Description(
                formatVersion: Description.current, shape: [shape.x, shape.y, shape.z], dimension: dimension, members: entries,
                properties: properties, referenceBehaviour: referenceBehaviour),
            to: description)
    }

    /// Reads what `save` wrote.
    ///
    /// - Throws: `Problem` when a file is missing, from a newer version, or does not fit the other.
    public static func load(_ caseID: String, from folder: URL) throws -> RawPredictions {
        let (arrays, descriptionFile) = files(of: caseID, in: folder)
        let description = try Description.read(descriptionFile)
        let total = description.members.reduce(0) { $0 + $1.boxes }
        let content = try NPZ.read(arrays)
        func array(_ name: String, width: Int = 1) throws -> NPYArray {
            guard let array = content[name] else { throw Problem(arrays, "array '\(name)' is missing") }
            guard array.count == total * width else {
                throw Problem(arrays, "'\(name)' does not fit \(descriptionFile.lastPathComponent)", remedy: "predict the case again")
            }
            return array
        }
        let boxes = Box.boxes(
            flat: try array("boxes", width: Box.width(dimension: description.dimension)).floats(), dimension: description.dimension)
        let scores = try array("scores").floats()
        let labels = try array("labels").exact(Int.self, key: "labels", of: arrays)
        let weights = try array("weights").floats()
        let tiles = try array("tiles").exact(Int32.self, key: "tiles", of: arrays)

        var members: [Member] = []
        var start = 0
        for entry in description.members {
            let range = start..<start + entry.boxes
            start = range.upperBound
            members.append(
                Member(
                    model: entry.model, transform: entry.transform,
                    detections: Detections(boxes: Array(boxes[range]), scores: Array(scores[range]), labels: Array(labels[range])),
                    weights: Array(weights[range]), tiles: Array(tiles[range])))
        }
        let shape = SIMD3(description.shape[0], description.shape[1], description.shape[2])
        return RawPredictions(
            shape: shape, dimension: description.dimension, members: members, properties: description.properties,
            referenceBehaviour: description.referenceBehaviour ?? false)
    }

    /// Whether the tiles and mirroring of `caseID` were the original's, read without its arrays.
    public static func referenceBehaviour(of caseID: String, in folder: URL) throws -> Bool {
        try Description.read(files(of: caseID, in: folder).description).referenceBehaviour ?? false
    }

    /// The JSON beside the arrays.
    private struct Description: Codable, CheckedContent {
        static let current = 1

        struct Entry: Codable {
            let model: Int
            let transform: Int
            let boxes: Int
        }

        let formatVersion: Int
        let shape: [Int]
        let dimension: Int
        let members: [Entry]
        let properties: CaseProperties?
        /// Nil in files of earlier versions, which did not say.
        let referenceBehaviour: Bool?

        enum CodingKeys: String, CodingKey {
            case shape, dimension, members, properties
            case formatVersion = "format_version"
            case referenceBehaviour = "reference_behaviour"
        }

        /// - Throws: `Problem` naming the key whose value cannot be of predictions.
        func check(named name: String) throws {
            func expect(_ holds: Bool, _ key: String, _ problem: @autoclosure () -> String) throws {
                guard holds else { throw Problem(name, "'\(key)' \(problem())", remedy: "predict the case again") }
            }
            try expect(shape.count == 3 && SIMD3(shape).isGridSize, "shape", "is \(shape.prefix(4)), three numbers of voxels are needed")
            try expect((2...3).contains(dimension), "dimension", "is \(dimension), 2 and 3 are supported")
            try expect(members.count <= 1 << 16, "members", "lists \(members.count) predictions")
            if let boxes = members.map(\.boxes).first(where: { !(0...1 << 40).contains($0) }) {
                try expect(false, "members", "has a prediction of \(boxes) boxes")
            }
            try properties?.check(named: "\(name)[properties]")
        }

        static func read(_ file: URL) throws -> Description {
            let description = try JSONFile.read(Description.self, from: file)
            guard description.formatVersion == current else {
                throw Problem(file, "format version \(description.formatVersion), this program reads \(current)")
            }
            return description
        }
    }
}
