import Core
import Foundation
import Support

/// Finds the task and model that a command's arguments mean.
enum ModelSelection {
    /// The task lies where the model's own configuration says that it was trained from.
    ///
    /// - Throws: `Problem` listing the tasks or models that exist.
    static func model(_ task: String, _ model: String, _ context: CommandContext) throws -> (TaskFolder, ModelFolder) {
        let folder = try TaskFolder.resolve(task, in: context.environment.dataFolder).reading(context)
        let model = try ModelFolder.resolve(task: folder.name, model: model, in: context.environment.modelsFolder)
        let runs = try FolderContents.names(in: model.url).sorted().map {
            RunFolder(url: model.url.appendingPathComponent($0, isDirectory: true))
        }
        guard let run = runs.first(where: { FileManager.default.fileExists(atPath: $0.config.path) }) else { return (folder, model) }
        return (folder.placed(by: try Configuration.read(run.config, environment: context.environment).host), model)
    }
}
