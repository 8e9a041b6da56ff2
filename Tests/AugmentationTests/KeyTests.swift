import Augmentation
import Core
import Foundation
import Support
import Testing

/// Every key below `augmentation` has its effect, or is refused where it can have none.
@Suite struct KeyTests {
    private enum Context: CaseIterable {
        case volume, slices, plane
    }

    private func configuration(_ overrides: [String]) throws -> Configuration {
        try Configuration.compose(
            overrides, environment: Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models")))
    }

    /// Everything that a patch goes through, in words.
    private func description(_ overrides: [String], _ context: Context) throws -> String {
        let pipeline = try AugmentationPipeline.training(
            configuration(overrides).augmentation, masked: [true, false], dimension: context == .plane ? 2 : 3,
            patchSize: context == .plane ? SIMD3(32, 24, 1) : SIMD3(8, 32, 24), inSlices: context == .slices)
        var words = ""
        dump(pipeline, to: &words)
        return words
    }

    /// For each key: what must be on for it to count, another value, and where it has an effect.
    private static let effects: [(key: String, needs: [String], value: String, contexts: [Context])] = [
        ("transforms", [], "InsaneAug", [.volume, .slices, .plane]),
        ("do_elastic", [], "true", [.volume, .slices, .plane]),
        ("p_eldef", ["do_elastic=true"], "0.3", [.volume, .slices, .plane]),
        ("elastic_deform_alpha", ["do_elastic=true"], "[1,2]", [.volume]),
        ("elastic_deform_sigma", ["do_elastic=true"], "[3,4]", [.volume]),
        ("do_scaling", [], "false", [.volume, .slices, .plane]),
        ("p_scale", [], "0.3", [.volume, .slices, .plane]),
        ("scale_range", [], "[0.8,1.1]", [.volume, .slices, .plane]),
        ("independent_scale_factor_for_each_axis", [], "true", [.volume, .slices, .plane]),
        ("do_rotation", [], "false", [.volume, .slices, .plane]),
        ("p_rot", [], "0.3", [.volume, .slices, .plane]),
        ("rotation_x", [], "[-10,20]", [.volume]), ("rotation_y", [], "[-10,20]", [.volume]), ("rotation_z", [], "[-10,20]", [.volume]),
        ("order_data", [], "1", [.volume, .slices, .plane]),
        ("border_cval_data", [], "0.5", [.volume, .slices, .plane]),
        ("border_cval_seg", [], "-1", [.volume, .slices, .plane]),
        ("do_gamma", [], "false", [.volume, .slices, .plane]),
        ("p_gamma", [], "0.4", [.volume, .slices, .plane]),
        ("gamma_retain_stats", [], "false", [.volume, .slices, .plane]),
        ("gamma_range", [], "[0.9,1.1]", [.volume, .slices, .plane]),
        ("do_mirror", [], "false", [.volume, .slices, .plane]),
        ("mirror_axes", [], "[1]", [.volume, .slices]),
        ("do_additive_brightness", [], "true", [.volume, .slices, .plane]),
        ("additive_brightness_p_per_sample", ["do_additive_brightness=true"], "0.6", [.volume, .slices, .plane]),
        ("additive_brightness_p_per_channel", ["do_additive_brightness=true"], "0.7", [.volume, .slices, .plane]),
        ("additive_brightness_mu", ["do_additive_brightness=true"], "0.3", [.volume, .slices, .plane]),
        ("additive_brightness_sigma", ["do_additive_brightness=true"], "0.4", [.volume, .slices, .plane]),
        ("2d_overwrites.elastic_deform_alpha", ["do_elastic=true"], "[1,2]", [.slices, .plane]),
        ("2d_overwrites.elastic_deform_sigma", ["do_elastic=true"], "[3,4]", [.slices, .plane]),
        ("2d_overwrites.rotation_x", [], "[-10,20]", [.slices, .plane]),
        ("2d_overwrites.mirror_axes", [], "[1]", [.plane]),
        ("2d_overwrites.dummy_2D", [], "true", [.volume]),
        ("selected_data_channels", [], "[1]", [.volume, .slices, .plane]),
        ("order_seg", [], "1", [.volume, .slices, .plane]),
        ("border_mode_data", [], "nearest", [.volume, .slices, .plane]),
        ("border_mode_seg", [], "reflect", [.volume, .slices, .plane]),
        ("random_crop", [], "true", [.volume, .slices, .plane]),
        ("random_crop_dist_to_border", ["random_crop=true"], "[4]", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_noise", [], "0.6", [.volume, .slices, .plane]),
        ("transforms_kwargs.noise_deviation", [], "[0.1,0.2]", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_blur", [], "0.6", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_blur_per_channel", [], "0.6", [.volume, .slices, .plane]),
        ("transforms_kwargs.blur_sigma", [], "[1,2]", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_brightness", [], "0.6", [.volume, .slices, .plane]),
        ("transforms_kwargs.brightness_range", [], "[0.5,2]", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_contrast", [], "0.6", [.volume, .slices, .plane]),
        ("transforms_kwargs.contrast_range", [], "[0.5,2]", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_low_resolution", [], "0.6", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_low_resolution_per_channel", ["transforms=MoreAug"], "0.6", [.volume, .slices, .plane]),
        ("transforms_kwargs.low_resolution_zoom", ["transforms=MoreAug"], "[0.2,0.5]", [.volume, .slices, .plane]),
        ("transforms_kwargs.p_inverted_gamma", [], "0.6", [.volume, .slices, .plane]),
    ]

    /// Keys that can have no effect, with a value that is refused.
    private static let refused = [
        "selected_seg_channels": "[1]", "2d_overwrites.rotation_y": "[-5,5]", "2d_overwrites.rotation_z": "[-5,5]",
    ]

    @Test func everyKeyHasItsEffect() throws {
        for effect in Self.effects {
            let needs = effect.needs.map { "augmentation.\($0)" }
            for context in Context.allCases {
                let (before, after) = (
                    try description(needs, context), try description(needs + ["augmentation.\(effect.key)=\(effect.value)"], context)
                )
                #expect((before != after) == effect.contexts.contains(context), "\(effect.key) in \(context)")
            }
        }
    }

    @Test func whatCannotCountIsRefused() throws {
        let idle = ["random_crop_dist_to_border": "[4]", "selected_data_channels": "[2]", "order_seg": "2", "order_data": "2"]
        for (key, value) in Self.refused.merging(idle, uniquingKeysWith: { $1 }) {
            let problem = #expect(throws: Problem.self, "\(key)") { try description(["augmentation.\(key)=\(value)"], .volume) }
            #expect(problem?.description.contains(key) == true)
        }
        #expect(try configuration(["augmentation.selected_seg_channels=[0]"]).augmentation == configuration([]).augmentation)
        let distances = ["augmentation.random_crop=true", "augmentation.random_crop_dist_to_border=[4, 4]"]
        #expect(throws: Problem.self) { try description(distances, .volume) }
        #expect(throws: Problem.self) { try description(["augmentation.selected_data_channels=[]"], .volume) }
        #expect(throws: Problem.self) { try description(["augmentation.border_mode_data=wrap"], .volume) }
    }

    @Test func noKeyIsForgotten() throws {
        // Key and value of each line below `augmentation:`, by indentation.
        var (keys, section): (Set<String>, String) = ([], "")
        var isInside = false
        for line in try configuration([]).resolvedYAML().replacing("\"", with: "").split(separator: "\n") {
            let indentation = line.prefix { $0 == " " }.count
            if indentation == 0 { isInside = line.hasPrefix("augmentation:") }
            guard isInside, indentation > 0, !line.contains("- "),
                let name = line.trimmingCharacters(in: .whitespaces).split(separator: ":").first
            else { continue }
            if indentation == 2 { section = line.hasSuffix(":") ? String(name) : "" }
            if name != "2d_overwrites" && name != "name" { keys.insert(section.hasPrefix("2d") ? "\(section).\(name)" : String(name)) }
        }
        let tested = Set(Self.effects.map(\.key)).union(Self.refused.keys)
        #expect(keys.subtracting(["transforms_kwargs"]) == tested.filter { !$0.hasPrefix("transforms_kwargs.") })
        let strengths = Swift.Mirror(reflecting: try configuration([]).augmentation.strengths).children.count
        #expect(tested.count { $0.hasPrefix("transforms_kwargs.") } == strengths)
    }
}
