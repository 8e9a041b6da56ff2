import Foundation
import Support

/// What the environment variables of spec 01 say; read once at the start and passed on as a value.
public struct Environment: Sendable, Equatable {
    /// Root of the task folders, `det_data`.
    public var dataFolder: URL
    /// Root of the models, `det_models`.
    public var modelsFolder: URL
    /// Threads that make batches, `det_num_threads`; by default as many as there are processors.
    public var numThreads: Int
    /// Whether progress is shown, `det_verbose`.
    public var verbose: Bool
    /// Folders with configuration files of the user's own, looked at before those that come with the program, `det_conf`.
    public var configurationFolders: [URL]
    /// What the user should know about paths that are not set, one line each.
    public var notices: [String]

    /// All variables, for libraries and servers that have their own.
    public var variables: [String: String]

    public init(
        dataFolder: URL, modelsFolder: URL, numThreads: Int = processorCount, verbose: Bool = true, configurationFolders: [URL] = [],
        notices: [String] = [], variables: [String: String] = [:]
    ) {
        self.dataFolder = dataFolder
        self.modelsFolder = modelsFolder
        self.numThreads = numThreads
        self.verbose = verbose
        self.configurationFolders = configurationFolders
        self.notices = notices
        self.variables = variables
    }

    /// Takes the values of `variables`; unset paths are `nndet_data` and `nndet_models` in `currentFolder`.
    ///
    /// - Throws: `Problem` naming a variable whose value is not what it must be.
    public init(_ variables: [String: String], currentFolder: URL) throws {
        var notices: [String] = []
        func folder(_ name: String, _ fallback: String) -> URL {
            if let path = variables[name], !path.isEmpty {
                return URL(fileURLWithPath: path, isDirectory: true, relativeTo: currentFolder).absoluteURL
            }
            let url = currentFolder.appendingPathComponent(fallback, isDirectory: true)
            notices.append("\(name) is not set, using ./\(fallback)")
            return url
        }
        func integer(_ name: String, _ fallback: Int) throws -> Int {
            guard let text = variables[name], !text.isEmpty else { return fallback }
            guard let value = Int(text.trimmingCharacters(in: .whitespaces)) else {
                throw Problem(name, "is '\(text)', it must be an integer")
            }
            return value
        }
        dataFolder = folder("det_data", "nndet_data")
        modelsFolder = folder("det_models", "nndet_models")
        numThreads = try integer("det_num_threads", processorCount)
        verbose = try integer("det_verbose", 1) != 0
        configurationFolders = (variables["det_conf"] ?? "").split(separator: ":").map {
            URL(fileURLWithPath: String($0), isDirectory: true, relativeTo: currentFolder).absoluteURL
        }
        self.notices = notices
        self.variables = variables
        guard numThreads > 0 else { throw Problem("det_num_threads", "is \(numThreads), it must be positive") }
    }

    /// The same, variables whose values cannot be used being left out and told of.
    public static func usable(_ variables: [String: String], currentFolder: URL) -> (environment: Environment, problems: [Problem]) {
        var (usable, problems) = (variables, [Problem]())
        while true {
            do { return (try Environment(usable, currentFolder: currentFolder), problems) } catch {
                guard let problem = error as? Problem, usable.removeValue(forKey: problem.subject) != nil else {
                    preconditionFailure("variables that are not set are no problem")
                }
                problems.append(problem)
            }
        }
    }
}
