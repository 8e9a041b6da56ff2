import Foundation
import Support
import TestSupport
import Testing

/// The data itself: every array that `manifest.json` lists is there with its type and shape, whole or sampled. Reading it for this does not
/// count as being tested.
@Suite struct ManifestConformance {
    private struct Manifest: Decodable {
        struct Array: Decodable {
            let type: String
            let shape: [Int]

            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                type = try list.decode(String.self)
                shape = try list.decode([Int].self)
            }
        }
        /// What a file holds; text for files that hold no arrays.
        enum Content: Decodable {
            case arrays([String: Array])
            case other

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if (try? container.decode(String.self)) != nil {
                    self = .other
                } else {
                    self = .arrays(try container.decode([String: Array].self))
                }
            }
        }
        let files: [String: Content]
    }

    private static let types: [String: NPYArray.Scalar] = [
        "float32": .float32, "float64": .float64, "int64": .int64, "int32": .int32, "uint8": .uint8, "bool": .bool,
    ]

    @Test(arguments: SeedFolder.all)
    func listedArrays(seed: SeedFolder) throws {
        let manifest = try seed.json(Manifest.self, "manifest.json")
        let samples = try seed.json([String: [String: SampledArray]].self, "samples.json")
        var missing = 0
        var seen = 0
        for (file, content) in manifest.files where file.hasSuffix(".npz") {
            guard case .arrays(let listed) = content else { continue }
            let url = seed.url.appendingPathComponent(file)
            guard FileManager.default.fileExists(atPath: url.path) else {
                Issue.record("\(file) is missing")
                missing += 1
                continue
            }
            let arrays = try NPZ.read(url)
            for (name, expected) in listed {
                seen += 1
                let shape = arrays[name]?.shape ?? samples[file]?[name]?.shape
                let type = arrays[name]?.scalar ?? arrays["\(name).sample"]?.scalar ?? arrays["\(name).positive_value"]?.scalar
                if shape != expected.shape || type != Self.types[expected.type] {
                    Issue.record(
                        "\(file)[\(name)]: \(String(describing: shape)) \(String(describing: type)), listed \(expected.shape) \(expected.type)"
                    )
                    missing += 1
                }
            }
        }
        #expect(seen > 0)
        #expect(ConformanceReport.note(family: "data", file: "manifest.json", deviation: Double(missing), tolerance: 0))
    }
}
