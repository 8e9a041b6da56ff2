import Foundation
import Support

/// The YAML files shipped with the program.
enum ConfigurationFiles {
    /// The parts that can be chosen by name.
    enum Group: String {
        case train, augmentation, prep

        /// The ways to write a choice: `augmentation=`, `train/augmentation=`, `train/augmentation@augmentation=`.
        init?(overrideKey: String) {
            switch overrideKey {
            case "train": self = .train
            case "prep": self = .prep
            case "augmentation", "train/augmentation", "train/augmentation@augmentation": self = .augmentation
            default: return nil
            }
        }

        var names: [String] {
            switch self {
            case .train: ["v001", "smoke", "toy"]
            case .augmentation:
                ["base_more", "base_more_sol", "base_more_sou", "base_mp", "default", "more", "insane", "mirror_only", "noaug"]
            case .prep: ["process", "plan", "nothing"]
            }
        }
    }

    static func base() throws -> ConfigurationLayer { try layer(PackageResources.config_yaml, "config.yaml") }

    /// The file `name` of `group`.
    ///
    /// - Throws: `Problem` listing the names that exist.
    static func layer(_ group: Group, _ name: String) throws -> ConfigurationLayer {
        let bytes: [UInt8]? =
            switch (group, name) {
            case (.train, "v001"): PackageResources.v001_yaml
            case (.train, "smoke"): PackageResources.smoke_yaml
            case (.train, "toy"): PackageResources.toy_yaml
            case (.augmentation, "base_more"): PackageResources.base_more_yaml
            case (.augmentation, "base_more_sol"): PackageResources.base_more_sol_yaml
            case (.augmentation, "base_more_sou"): PackageResources.base_more_sou_yaml
            case (.augmentation, "base_mp"): PackageResources.base_mp_yaml
            case (.augmentation, "default"): PackageResources.default_yaml
            case (.augmentation, "more"): PackageResources.more_yaml
            case (.augmentation, "insane"): PackageResources.insane_yaml
            case (.augmentation, "mirror_only"): PackageResources.mirror_only_yaml
            case (.augmentation, "noaug"): PackageResources.noaug_yaml
            case (.prep, "process"): PackageResources.process_yaml
            case (.prep, "plan"): PackageResources.plan_yaml
            case (.prep, "nothing"): PackageResources.nothing_yaml
            default: nil
            }
        guard let bytes else {
            if group == .train, name.hasPrefix("deprecated/") || name.hasPrefix("h0c") {
                throw Problem("train=\(name)", "this configuration of the original does not exist here", remedy: "use train=v001")
            }
            throw Problem(
                "\(group.rawValue)=\(name)", "there is no such configuration", remedy: "choose \(group.names.joined(separator: ", "))")
        }
        return try layer(bytes, "\(group == .augmentation ? "train/augmentation" : group.rawValue)/\(name).yaml")
    }

    private static func layer(_ bytes: [UInt8], _ name: String) throws -> ConfigurationLayer {
        ConfigurationLayer(name: name, document: try Document(yaml: String(decoding: bytes, as: UTF8.self), named: name))
    }
}
