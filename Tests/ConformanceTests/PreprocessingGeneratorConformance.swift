import Augmentation
import TestSupport
import Testing

/// The size in which patches are cut for rotation and scaling.
@Suite struct PreprocessingGeneratorConformance {
    private struct Case: Decodable {
        let patch: [Int]
        let rotation: Double
        let scale: [Double]
        let out: [Int]

        enum CodingKeys: String, CodingKey {
            case patch, scale, out
            case rotation = "rot_deg"
        }
    }

    @Test(arguments: SeedFolder.all)
    func generatorSize(seed: SeedFolder) throws {
        let cases = try seed.json([Case].self, "plan/generator_patch_size.json")
        #expect(!cases.isEmpty)
        var wrong = 0
        for item in cases {
            let ranges = Array(repeating: -item.rotation...item.rotation, count: item.patch.count == 3 ? 3 : 1)
            let size = GeneratorPatch.size(final: item.patch, rotation: ranges, smallestScale: item.scale[0])
            #expect(size == item.out)
            wrong += size == item.out ? 0 : 1
        }
        #expect(ConformanceReport.note(family: "plan", file: "generator_patch_size", deviation: Double(wrong), tolerance: 0))
    }
}
