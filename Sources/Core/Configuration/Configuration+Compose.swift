import Foundation
import Support

extension Configuration {
    /// The configuration of a command: the shipped files, then `overrides` in their order.
    ///
    /// - Parameters:
    ///   - overrides: `key=value`, as given with -o; `train=`, `augmentation=` and `prep=` choose a shipped file.
    ///   - environment: gives the folders of the user's own files, and the values of `${env:…}`.
    ///   - task: gives the keys `task` and `data`, its name and description, where it is known.
    /// - Throws: `Problem` naming the key that does not exist, has the wrong type or is not supported.
    public static func compose(_ overrides: [String] = [], environment: Environment, task: TaskFolder? = nil) throws -> Configuration {
        let parsed = try overrides.map(ConfigurationOverride.init)
        let layers = try layers(choices: parsed, task: task, folders: environment.configurationFolders)
        return try Configuration(merged(layers), overrides: parsed, environment: environment)
    }

    /// The same configuration with `overrides` on top.
    ///
    /// - Throws: as `compose`.
    public func with(_ overrides: [String], environment: Environment) throws -> Configuration {
        try Configuration(document, overrides: overrides.map(ConfigurationOverride.init), environment: environment)
    }

    /// The configuration that a run has stored as `config.yaml`, with `overrides` on top.
    ///
    /// - Throws: `Problem` naming the file where it is missing or cannot be parsed, else as `compose`.
    public static func read(_ url: URL, overrides: [String] = [], environment: Environment) throws -> Configuration {
        let parsed = try overrides.map(ConfigurationOverride.init)
        for override in parsed {
            if case .group(let group) = override.target {
                throw Problem("-o \(override.text)", "\(group.rawValue) cannot be chosen anew for a model", remedy: "set single keys")
            }
        }
        let stored = try Document.read(url)
        guard case .map = stored else { throw Problem(url, "is not a configuration") }
        let shipped = try Self.merged(layers(choices: []))
        return try Configuration(shipped.merging(stored), overrides: parsed, environment: environment)
    }

    /// The composed keys with `${…}` unresolved.
    public func yaml() -> String { document.yaml() }

    /// The keys with all references replaced.
    public func resolvedYAML() -> String { resolved.yaml() }

    private init(_ start: Document, overrides: [ConfigurationOverride], environment: Environment) throws {
        var document = start
        for override in overrides {
            guard case .key(let path) = override.target else { continue }
            if case .map? = document.value(at: path) {
                guard case .map = override.value else {
                    throw Problem(path.joined(separator: "."), "is \(override.value.kind), it must be a map of keys")
                }
            }
            document = document.setting(path, to: override.value)
        }
        let values = [
            "det_data": environment.dataFolder.path, "det_models": environment.modelsFolder.path,
            "det_num_threads": String(environment.numThreads),
        ]
        var defaults = try Self.merged(Self.layers(choices: []))
        for key in ["task", "exp", "host", "plan"] {
            // What paths are made of; the paths themselves are compared.
            guard key != "host", let value = document[key] else { continue }
            defaults = defaults.setting([key], to: value)
        }
        for key in ["parent_data", "parent_results"] {
            if let value = document.value(at: ["host", key]) { defaults = defaults.setting(["host", key], to: value) }
        }
        try self.init(
            document: document, resolved: Interpolation(root: document, environment: values).resolved(),
            defaults: Interpolation(root: defaults, environment: values).resolved())
    }

    private static func merged(_ layers: [ConfigurationLayer]) -> Document { layers.reduce(.map([:])) { $0.merging($1.document) } }

    /// The files that `choices` name, in the order in which later ones win, and what `task` says of itself.
    ///
    /// - Parameter folders: looked at before the shipped files.
    static func layers(
        choices: [ConfigurationOverride], task: TaskFolder? = nil, folders: [URL] = []
    ) throws -> [ConfigurationLayer] {
        var train = "v001"
        var prep = "process"
        var augmentation: String?
        for choice in choices {
            guard case .group(let group) = choice.target else { continue }
            guard case .text(let name) = choice.value else {
                throw Problem(
                    "-o \(choice.text)", "needs the name of a configuration",
                    remedy: "choose \(ConfigurationFiles.names(group, in: folders).joined(separator: ", "))")
            }
            switch group {
            case .train: train = name
            case .prep: prep = name
            case .augmentation: augmentation = name
            }
        }
        var layers = [try ConfigurationFiles.layer(.train, train, in: folders)]
        while case .text(let parent)? = layers.last?.document["defaults"]?["train"] {
            let next = try ConfigurationFiles.layer(.train, parent, in: folders)
            guard !layers.contains(where: { $0.name == next.name }) else {
                throw Problem(next.name, "builds upon itself", remedy: "name another file in 'defaults: {train: …}'")
            }
            layers.append(next)
        }
        for layer in layers where augmentation == nil {
            if case .text(let name)? = layer.document["defaults"]?["augmentation"] { augmentation = name }
        }
        layers.append(try ConfigurationFiles.base())
        layers.reverse()
        layers.append(try ConfigurationFiles.layer(.prep, prep, in: folders))
        layers.append(try ConfigurationFiles.layer(.augmentation, augmentation ?? "base_more", in: folders))
        layers = layers.map { layer in
            guard case .map(var map) = layer.document else { return layer }
            map["defaults"] = nil
            return ConfigurationLayer(name: layer.name, document: .map(map))
        }
        guard let task else { return layers }
        let own = Document.map(["task": .text(task.name), "data": task.info.document])
        return layers + [ConfigurationLayer(name: "\(task.name)/dataset", document: own)]
    }
}
