import Foundation
import Support

/// The YAML files shipped with the program.
enum ConfigurationFiles {
    /// The parts that can be chosen by name.
    enum Group: String, CaseIterable {
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

        /// Where its files lie below a folder of configurations.
        var folder: String { self == .augmentation ? "train/augmentation" : rawValue }

        /// The names of the shipped files.
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

    /// The file `name` of `group`: the first of `folders` that has one, else the shipped one.
    ///
    /// - Throws: `Problem` listing the names that exist, or naming the file that cannot be read.
    static func layer(_ group: Group, _ name: String, in folders: [URL]) throws -> ConfigurationLayer {
        let file = "\(group.folder)/\(name).yaml"
        // Names are names: none leads out of the folders.
        if !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") {
            for folder in folders {
                let url = folder.appendingPathComponent(file)
                guard FileManager.default.fileExists(atPath: url.path) else { continue }
                return ConfigurationLayer(name: url.path, document: try Document.read(url))
            }
        }
        guard let bytes = shipped[file] else {
            if group == .train, name.hasPrefix("deprecated/") || name.hasPrefix("h0c") {
                throw Problem("train=\(name)", "this configuration of the original does not exist here", remedy: "use train=v001")
            }
            throw Problem(
                "\(group.rawValue)=\(name)", "there is no such configuration",
                remedy: "choose \(names(group, in: folders).joined(separator: ", "))")
        }
        return try layer(bytes, file)
    }

    /// The names that can be chosen: the shipped ones, then those of `folders`.
    static func names(_ group: Group, in folders: [URL]) -> [String] {
        let own = folders.flatMap { TaskFolder.names(in: $0.appendingPathComponent(group.folder)) }
            .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
        return group.names + Set(own).subtracting(group.names).sorted()
    }

    /// The shipped files by name.
    static let shipped: [String: [UInt8]] = [
        "config.yaml": PackageResources.config_yaml,
        "train/v001.yaml": PackageResources.v001_yaml,
        "train/smoke.yaml": PackageResources.smoke_yaml,
        "train/toy.yaml": PackageResources.toy_yaml,
        "train/augmentation/base_more.yaml": PackageResources.base_more_yaml,
        "train/augmentation/base_more_sol.yaml": PackageResources.base_more_sol_yaml,
        "train/augmentation/base_more_sou.yaml": PackageResources.base_more_sou_yaml,
        "train/augmentation/base_mp.yaml": PackageResources.base_mp_yaml,
        "train/augmentation/default.yaml": PackageResources.default_yaml,
        "train/augmentation/more.yaml": PackageResources.more_yaml,
        "train/augmentation/insane.yaml": PackageResources.insane_yaml,
        "train/augmentation/mirror_only.yaml": PackageResources.mirror_only_yaml,
        "train/augmentation/noaug.yaml": PackageResources.noaug_yaml,
        "prep/process.yaml": PackageResources.process_yaml,
        "prep/plan.yaml": PackageResources.plan_yaml,
        "prep/nothing.yaml": PackageResources.nothing_yaml,
    ]

    private static func layer(_ bytes: [UInt8], _ name: String) throws -> ConfigurationLayer {
        ConfigurationLayer(name: name, document: try Document(yaml: String(decoding: bytes, as: UTF8.self), named: name))
    }
}
