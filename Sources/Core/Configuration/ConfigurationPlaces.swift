import Foundation

/// Where configuration files are looked for, and what is there: `nndet searchpath`.
public struct ConfigurationPlaces {
    /// For people, a line per place and its files.
    public let rows: [String]

    public init(_ environment: Environment) {
        let own = environment.configurationFolders.flatMap { folder -> [String] in
            guard FileManager.default.fileExists(atPath: folder.path) else { return ["\(folder.path)  (det_conf, does not exist)"] }
            let files = ConfigurationFiles.Group.allCases.flatMap { group in
                TaskFolder.names(in: folder.appendingPathComponent(group.folder)).filter { $0.hasSuffix(".yaml") }
                    .map { "    \(group.folder)/\($0)" }
            }
            return ["\(folder.path)  (det_conf)"] + files
        }
        rows = own + ["within the program"] + ConfigurationFiles.shipped.keys.sorted().map { "    \($0)" }
    }
}
