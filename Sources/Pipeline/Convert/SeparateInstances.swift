import Core
import Foundation
import Preprocessing
import Support

/// `nndet seg2det`: semantic labels of a task become instances, in place; or back.
public struct SeparateInstances: Sendable {
    /// Converts cases again that were converted before.
    public var overwrite: Bool
    /// Takes the original label maps back instead.
    public var restores: Bool
    /// Also writes all objects by volume.
    public var ranksVolumes: Bool
    /// Cases at a time.
    public var threads: Int

    public init(overwrite: Bool = false, restores: Bool = false, ranksVolumes: Bool = false, threads: Int = processorCount) {
        self.overwrite = overwrite
        self.restores = restores
        self.ranksVolumes = ranksVolumes
        self.threads = max(1, threads)
    }

    /// Converts the label maps of `tasks`: `raw_splitted/labelsTr` and, where there are any, `labelsTs`.
    ///
    /// - Throws: `Problem` naming a task or file; what was converted until then stays and is not converted again.
    public func run(_ tasks: [String], overrides: [String] = [], _ context: CommandContext) throws {
        let folders = try tasks.map { try TaskSelection.task($0, overrides: overrides, context).0 }
        // What the descriptions lack is told before anything is changed.
        let separations = restores ? [] : try folders.map { try InstanceSeparation($0.info, named: Self.name($0)) }
        for (index, task) in folders.enumerated() {
            let context = try context.logging(to: task.rawSplitted.appendingPathComponent("convert_seg2det.log"))
            for split in TaskFolder.Split.allCases {
                let conversion = LabelConversion(task: task, split: split, threads: threads)
                let count = try conversion.cases().count
                guard count > 0 else { continue }
                let title = "labels\(split.rawValue)"
                if restores {
                    context.log.info("\(task.name), \(title): \(try conversion.restore().done) of \(count) label maps restored")
                    continue
                }
                context.log.detail("\(title): up to \(threads) cases at a time")
                let summary = try conversion.run(
                    separations[index], overwrite: overwrite, progress: context.progress("convert \(title)", count))
                context.log.info("\(task.name), \(title): \(summary.text)")
                if ranksVolumes {
                    try conversion.writeRanking(progress: context.progress("rank \(title)", count))
                    context.log.info("objects by volume: \(conversion.rankingFile.path)")
                }
            }
        }
    }

    private static func name(_ task: TaskFolder) -> String { (DatasetInfo.file(in: task.url) ?? task.url).path }
}
