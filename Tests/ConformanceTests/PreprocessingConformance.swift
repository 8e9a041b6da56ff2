import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing

/// Cropping, resampling, normalisation and candidates against the original's, for each normalisation scheme.
@Suite struct PreprocessingConformance {
    /// One case of preprocess.json.
    private struct Case: Decodable {
        struct Config: Decodable {
            let ch: Int
            let schemes: [String: String]
            let mask: [String: Bool]
            let tf: [Int]
            let sp: [Double]
            let tsp: [Double]
        }
        struct Properties: Decodable {
            let instances: [String: Int]
            let classes: [Double]
            let cropBounds: [[Int]]
            let size: [Int]
            let spacing: [Double]

            enum CodingKeys: String, CodingKey {
                case instances, classes
                case cropBounds = "crop_bbox"
                case size = "size_after_resampling"
                case spacing = "spacing_after_resampling"
            }
        }
        let config: Config
        let intensity: [String: IntensityStatistics]
        let properties: Properties

        enum CodingKeys: String, CodingKey {
            case config
            case intensity = "intensity_properties"
            case properties = "properties_after"
        }
    }

    @Test(arguments: SeedFolder.all)
    func schemes(seed: SeedFolder) throws {
        let cases = try seed.json([String: Case].self, "prep/preprocess.json")
        #expect(!cases.isEmpty)
        for (name, description) in cases.sorted(by: { $0.key < $1.key }) {
            let file = "prep/preprocess_\(name).npz"
            let arrays = try seed.npz(file)
            let config = description.config
            let raw = try volumes(#require(arrays["raw_data"]))
            let labels = try volumes(#require(arrays["raw_seg"]))[0]
            let instances = Dictionary(
                uniqueKeysWithValues: try description.properties.instances.map { (try #require(Int($0.key)), $0.value) })
            let cropped = try RawCase(
                id: name, channels: raw, segmentation: Volume(shape: labels.shape, voxels: labels.voxels.map { Int32($0) }),
                geometry: Geometry(size: labels.shape, spacing: SIMD3(config.sp[0], config.sp[1], config.sp[2])), instances: instances
            ).cropped()
            let properties = description.properties
            for axis in 0..<3 {
                #expect([cropped.properties.cropLower[axis], cropped.properties.cropUpper[axis]] == properties.cropBounds[axis])
            }
            #expect(cropped.properties.classes == properties.classes.map { Int($0) })
            var wrong = 0
            for (mine, theirs) in zip(cropped.channels, try volumes(#require(arrays["cropped_data"]))) {
                wrong += mine.voxels == theirs.voxels ? 0 : 1
            }
            let theirLabels = try volumes(#require(arrays["cropped_seg"]))[0]
            wrong += zip(cropped.segmentation.voxels, theirLabels.voxels).count { Float($0.0) != $0.1 }
            #expect(ConformanceReport.note(family: "prep", file: "\(file) (crop)", deviation: Double(wrong), tolerance: 0))

            let preprocessor = try Preprocessor(
                plan: .fixture(
                    transpose: config.tf, spacing: config.tf.map { config.tsp[$0] },
                    schemes: (0..<config.ch).map { config.schemes["\($0)"] ?? "" },
                    masks: (0..<config.ch).map { config.mask["\($0)"] ?? false },
                    intensity: (0..<config.ch).compactMap { description.intensity["\($0)"] }))
            let prepared = try preprocessor.prepare(cropped)
            #expect(prepared.properties.sizeAfterResampling.map { [$0.x, $0.y, $0.z] } == properties.size)
            #expect(prepared.properties.spacingAfterResampling.map { [$0.x, $0.y, $0.z] } == properties.spacing)
            try compare(prepared, data: #require(arrays["data"]), labels: #require(arrays["seg"]), boxes: arrays["candidate_boxes"], file)
            #expect(prepared.candidates.instances == arrays["candidate_instances"]?.integers())
            #expect(prepared.candidates.labels == arrays["candidate_labels"]?.integers())
        }
    }

    /// The tasks for planning, from files to preprocessed arrays.
    @Test(arguments: SeedFolder.all)
    func tasks(seed: SeedFolder) throws {
        let files = seed.files("plan/", suffix: "_preprocessed_cases.npz")
        #expect(!files.isEmpty)
        for file in files {
            let name = String(file.dropFirst("plan/".count).dropLast("_preprocessed_cases.npz".count))
            let arrays = try seed.npz(file)
            let task = try TaskFolder(seed.url.appendingPathComponent("plan/\(name)"))
            let plan = try plan(of: name, arrays: arrays, seed, task)
            let ids = Set(arrays.keys.filter { $0.hasSuffix("_cropped_data") }.map { String($0.dropLast("_cropped_data".count)) })
            for id in ids.sorted() {
                let cropped = try RawCase(
                    id: id, images: task.imageFiles(of: id, .train),
                    labels: (task.labelFile(of: id, .train), task.labelJSON(of: id, .train)), reader: ImageReader()
                ).cropped()
                var wrong = 0
                // Where nothing is transposed or resampled, the original normalises in place, also the array that was kept here as cropped.
                let isOverwritten = arrays["\(id)_cropped_data"] == arrays["\(id)_data"]
                for (mine, theirs) in zip(cropped.channels, try volumes(#require(arrays["\(id)_cropped_data"]))) where !isOverwritten {
                    wrong += mine.voxels == theirs.voxels ? 0 : 1
                }
                let theirs = try #require(arrays["\(id)_cropped_seg"])
                #expect(theirs.count == cropped.segmentation.count)
                wrong += zip(cropped.segmentation.voxels, theirs.int32s()).count { $0.0 != $0.1 }
                #expect(ConformanceReport.note(family: "plan", file: "\(file) \(id) (crop)", deviation: Double(wrong), tolerance: 0))
                try compare(
                    Preprocessor(plan: plan).prepare(cropped), data: #require(arrays["\(id)_data"]), labels: #require(arrays["\(id)_seg"]),
                    boxes: arrays["\(id)_boxes"], "\(file) \(id)", family: "plan")
            }
        }
    }

    private func compare(
        _ prepared: PreparedCase, data: NPYArray, labels: NPYArray, boxes: NPYArray?, _ file: String, family: String = "prep"
    ) throws {
        #expect([prepared.channelCount, prepared.shape.x, prepared.shape.y, prepared.shape.z] == data.shape)
        let count = prepared.segmentation.count
        let theirs = data.floats()
        var deviation = 0.0
        for channel in 0..<prepared.channelCount {
            let part = theirs[channel * count..<(channel + 1) * count]
            let range = Double((part.max() ?? 0) - (part.min() ?? 0))
            for (mine, value) in zip(prepared.channels[channel * count..<(channel + 1) * count], part) {
                deviation = max(deviation, Double(abs(mine - value)) / range)
            }
        }
        #expect(ConformanceReport.note(family: family, file: "\(file) (data)", deviation: deviation, tolerance: 1e-5))
        let wrong = zip(prepared.segmentation.voxels, labels.int32s()).count { $0.0 != $0.1 }
        #expect(ConformanceReport.note(family: family, file: "\(file) (labels)", deviation: Double(wrong), tolerance: 0))
        let candidates = prepared.candidates.boxes.flatMap { $0 }
        #expect(
            ConformanceReport.note(
                family: family, file: "\(file) (candidates)", deviation: candidates == boxes?.integers() ?? [] ? 0 : 1, tolerance: 0))
    }

    /// The original's plan of task `name` that has the spacing of the preprocessed arrays, with what preprocessing needs of it.
    private func plan(of name: String, arrays: [String: NPYArray], _ seed: SeedFolder, _ task: TaskFolder) throws -> Plan {
        struct Written: Decodable {
            let spacing: [Double]
            let transpose: [Int]
            let schemes: [String: String]
            let masks: [String: Bool]

            enum CodingKeys: String, CodingKey {
                case spacing = "target_spacing_transposed"
                case transpose = "transpose_forward"
                case schemes = "normalization_schemes"
                case masks = "use_mask_for_norm"
            }
        }
        struct Measured: Decodable {
            let intensity: [String: IntensityStatistics]
            enum CodingKeys: String, CodingKey { case intensity = "intensity_properties" }
        }
        let measured = try seed.json(Measured.self, "plan/\(name)_dataset_properties.json")
        let file = try #require(seed.files("plan/\(name)_max_voxels_", suffix: "_D3V001_3d.json").first)
        let written = try seed.json(Written.self, file)
        let modalities = task.info.modalities.indices
        return .fixture(
            transpose: written.transpose, spacing: written.spacing, schemes: modalities.map { written.schemes["\($0)"] ?? "" },
            masks: modalities.map { written.masks["\($0)"] ?? false }, intensity: modalities.compactMap { measured.intensity["\($0)"] })
    }

    /// The channels of an array [C, a0, a1, a2].
    private func volumes(_ array: NPYArray) throws -> [Volume<Float>] {
        let shape = SIMD3(array.shape[1], array.shape[2], array.shape[3])
        let size = shape.x * shape.y * shape.z
        let values = array.floats()
        return (0..<array.shape[0]).map { Volume(shape: shape, voxels: Array(values[$0 * size..<($0 + 1) * size])) }
    }
}
