import Core
import Foundation
import Support

/// Finds the task, model and configuration that a command's arguments mean.
enum TaskSelection {
    /// The task below the data root, and the configuration for it.
    ///
    /// - Throws: `Problem` as `TaskFolder.resolve` and `Configuration.compose`.
    static func task(_ id: String, overrides: [String], _ context: CommandContext) throws -> (TaskFolder, Configuration) {
        // The data root may itself be an override.
        let root = try Configuration.compose(overrides, environment: context.environment).host.parentData
        let folder = try TaskFolder.resolve(id, in: URL(fileURLWithPath: root, isDirectory: true)).reading(context)
        let configuration = try Configuration.compose(overrides, environment: context.environment, task: folder)
        return (folder.placed(by: configuration.host), configuration)
    }
}
