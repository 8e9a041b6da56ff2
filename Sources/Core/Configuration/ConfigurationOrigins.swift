import Support

/// One of the files that a configuration is composed from.
struct ConfigurationLayer {
    /// For people, e.g. `train/v001.yaml`.
    let name: String
    let document: Document
}

/// Where each value of a composed configuration comes from.
public struct ConfigurationOrigins {
    /// Later ones win.
    private let layers: [ConfigurationLayer]

    /// - Parameters:
    ///   - overrides: as of `Configuration.compose`.
    ///   - environment: gives the folders of the user's own files; nil: shipped files alone.
    ///   - task: as of `Configuration.compose`.
    public init(_ overrides: [String] = [], environment: Environment? = nil, task: TaskFolder? = nil) throws {
        let parsed = try overrides.map(ConfigurationOverride.init)
        let given = parsed.compactMap { override -> ConfigurationLayer? in
            guard case .key(let path) = override.target else { return nil }
            return ConfigurationLayer(name: "-o", document: Document.map([:]).setting(path, to: override.value))
        }
        layers =
            try Configuration.layers(choices: parsed, task: task, folders: environment?.configurationFolders ?? []) + given
    }

    /// The file that the value at `path` comes from, or `-o`, and the reference that it follows, e.g. `config.yaml, ${module}_${plan}`.
    public func origin(of path: [String]) -> String? {
        // What a reference brings along stands under the reference's own key.
        for length in stride(from: path.count, to: 0, by: -1) {
            let known = Array(path.prefix(length))
            for layer in layers.reversed() {
                guard let value = layer.document.value(at: known) else { continue }
                if case .text(let text) = value, text.contains("${") { return "\(layer.name), \(text)" }
                return layer.name
            }
        }
        return nil
    }
}

extension Configuration {
    /// The keys with a comment behind each that says where its value comes from; all references replaced where `resolved`.
    public func yaml(resolved isResolved: Bool, origins: ConfigurationOrigins) -> String {
        (isResolved ? resolved : document).yaml { path in origins.origin(of: path).map { "# \($0)" } }
    }
}
