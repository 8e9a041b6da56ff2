import Core
import Foundation
import Preprocessing
import Support
import Training

/// `nndet status`: what is done, running and missing for a task, with scores and the time that is left. Reads only.
public struct TaskStatus: Codable, Sendable {
    public let task: String
    /// Of the data, for all models.
    public let data: [StatusItem]
    public let models: [ModelStatus]

    /// The command: finds the task, and the model where one is named.
    ///
    /// - Throws: `Problem` where there is no such task or model, or the description of the task is wrong.
    public init(_ task: String, model: String? = nil, _ context: CommandContext) throws {
        let folder = try TaskFolder.resolve(task, in: context.environment.dataFolder)
        let found = try model.map { try ModelFolder.resolve(task: folder.name, model: $0, in: context.environment.modelsFolder) }
        try self.init(folder, environment: context.environment, model: found)
    }

    /// - Parameter model: the only one that is looked at; nil: all of the task.
    init(_ task: TaskFolder, environment: Environment, model: ModelFolder? = nil) throws {
        self.task = task.name
        data = try DataStatus(task).items
        let root = environment.modelsFolder.appendingPathComponent(task.name, isDirectory: true)
        let folders =
            model.map { [$0] }
            ?? TaskFolder.names(in: root).sorted().map { ModelFolder(url: root.appendingPathComponent($0, isDirectory: true)) }
        models = try folders.filter(ModelStatus.isModel).map { try ModelStatus($0, task, environment) }
    }

    /// For people.
    public var text: String {
        var lines = [task] + Self.lines(data)
        for model in models {
            lines += ["", model.name] + Self.lines(model.items)
            if let left = model.secondsLeft, left > 0 { lines.append("  about \(ProgressReporter.duration(left)) of work left") }
        }
        if models.isEmpty { lines += ["", "no model yet: 'nndet run \(task)' trains one"] }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ items: [StatusItem]) -> [String] {
        let width = items.map(\.name.count).max() ?? 0
        return items.map { item in
            let state = item.state == .none ? "–" : item.state.rawValue
            let left = item.secondsLeft.flatMap { $0 > 0 ? ", about \(ProgressReporter.duration($0)) left" : nil } ?? ""
            return "  " + item.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                + state.padding(toLength: 9, withPad: " ", startingAt: 0) + item.detail + left
        }
    }
}

/// What is there of a task's data.
struct DataStatus {
    let items: [StatusItem]

    init(_ task: TaskFolder) throws {
        let (train, test) = (task.imageListing(.train).ids.count, task.imageListing(.test).ids.count)
        var items = [
            StatusItem("training images", train > 0 ? .done : .missing, "\(train) cases"),
            StatusItem(
                "test images", test > 0 ? .done : .none,
                test == 0 ? "none" : "\(test) cases, \(task.info.testLabels ? "with" : "without") labels"),
        ]
        let isRunning = Activity.preparing.isGoingOn(in: task.url)
        let plans = try Self.plans(task)
        if plans.isEmpty {
            let cropped = Self.count(task.croppedImages(), ".npz")
            items.append(
                StatusItem(
                    "prep", isRunning ? .running : cropped > 0 ? .stopped : .missing,
                    cropped > 0 ? "\(cropped) of \(train) cases cropped" : "not planned yet"))
        }
        for plan in plans {
            let folder = task.preprocessedImages(plan, .train)
            let (made, unpacked) = (Self.count(folder, ".npz"), Self.count(folder, "_unpacked.json"))
            // Preprocessed data may come without the images that they were made from.
            let cases = train > 0 ? train : made
            let state: StatusItem.State = made >= cases && cases > 0 ? .done : isRunning ? .running : made > 0 ? .stopped : .missing
            items.append(StatusItem("prep of \(plan)", state, "\(made) of \(cases) cases preprocessed"))
            items.append(
                StatusItem(
                    "unpacking", unpacked >= cases && cases > 0 ? .done : unpacked > 0 ? .stopped : .missing,
                    "\(unpacked) of \(cases) cases"))
        }
        self.items = items
    }

    /// Plans that prep made; else those that lie there, of the Python original or copied from elsewhere.
    private static func plans(_ task: TaskFolder) throws -> [String] {
        let made = try PrepState.read(task).plans
        guard made.isEmpty else { return made }
        let names = TaskFolder.names(in: task.preprocessed).filter { $0.hasSuffix(".json") || $0.hasSuffix(".pkl") }
        return Set(names.map { String($0[..<($0.lastIndex(of: ".") ?? $0.endIndex)]) })
            .filter { count(task.preprocessedImages($0, .train), ".npz") > 0 }.sorted()
    }

    private static func count(_ folder: URL, _ ending: String) -> Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).count { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
    }
}
