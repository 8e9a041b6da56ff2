import Core
import Foundation
import Support

/// `nndet model`: what a trained model is, and how it is handed on.
public enum ModelCommands {
    /// Tells of the model at `url`, as rows of names and values.
    ///
    /// - Throws: `Problem` naming what is missing or damaged.
    public static func describe(_ url: URL, checkpoint: Checkpoint = .final, _ context: CommandContext) throws -> [(
        name: String, value: String
    )] {
        try ModelDescription(ModelBundle.open(url, checkpoint: checkpoint, environment: context.environment)).rows
    }

    /// Packs the model at `url` into one file, by default `<name>.nndet` beside it, and returns that file.
    ///
    /// - Throws: `Problem` where the file exists, or something is missing.
    public static func pack(
        _ url: URL, to target: URL?, checkpoint: Checkpoint = .final, overwrite: Bool, _ context: CommandContext
    ) throws -> URL {
        let bundle = try ModelBundle.open(url, checkpoint: checkpoint, environment: context.environment)
        let folder = bundle.run.url
        let name = "\(bundle.info.task)_\(bundle.configuration.exp.id)_\(folder.lastPathComponent).nndet"
        let file = target ?? folder.deletingLastPathComponent().appendingPathComponent(name)
        guard overwrite || !FileManager.default.fileExists(atPath: file.path) else {
            throw Problem(file, "is there already", remedy: "add --overwrite, or name another file with --output")
        }
        try PackedModel.pack(bundle, to: file)
        return file
    }
}
