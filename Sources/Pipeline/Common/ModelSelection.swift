import Core
import Foundation

/// Finds the task and model that a command's arguments mean.
enum ModelSelection {
    /// - Throws: `Problem` listing the tasks or models that exist.
    static func model(_ task: String, _ model: String, _ context: CommandContext) throws -> (TaskFolder, ModelFolder) {
        let folder = try TaskFolder.resolve(task, in: context.environment.dataFolder)
        return (folder, try ModelFolder.resolve(task: folder.name, model: model, in: context.environment.modelsFolder))
    }
}
