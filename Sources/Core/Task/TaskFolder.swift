import Foundation
import Imaging
import Support

/// The folder of one task below the data root: `Task<number>_<name>` with the layout of spec 01.
public struct TaskFolder: Sendable {
    public let url: URL
    public let info: DatasetInfo
    /// Reads the task's images and maps, as its description and the user say.
    public var reader: ImageReader
    /// Where parts of the task lie that are not in its folder.
    private var places = Places()
    let index = FolderIndex()

    private struct Places {
        var rawSplitted: URL?
        var rawCropped: URL?
        var preprocessed: URL?
    }

    /// Training or held-out test cases.
    public enum Split: String, Sendable, CaseIterable {
        case train = "Tr"
        case test = "Ts"
    }

    /// - Throws: `Problem` when the folder or its description is missing or wrong.
    public init(_ url: URL) throws {
        self.url = url
        info = try DatasetInfo.read(in: url)
        reader = ImageReader(info.reading)
    }

    public init(url: URL, info: DatasetInfo) {
        self.url = url
        self.info = info
        reader = ImageReader(info.reading)
    }

    /// Name of the folder, the task's full name.
    public var name: String { url.lastPathComponent }

    /// The task with its parts where `host` says: `splitted_4d_output_dir`, `cropped_output_dir`, `preprocessed_output_dir`.
    public func placed(by host: Configuration.Host) -> TaskFolder {
        var task = self
        task.places = Places(
            rawSplitted: URL(fileURLWithPath: host.splittedOutputDir, isDirectory: true),
            rawCropped: URL(fileURLWithPath: host.croppedOutputDir, isDirectory: true),
            preprocessed: URL(fileURLWithPath: host.preprocessedOutputDir, isDirectory: true))
        return task
    }

    public var rawSplitted: URL { places.rawSplitted ?? folder("raw_splitted") }
    public var rawCropped: URL { places.rawCropped ?? folder("raw_cropped") }
    public var preprocessed: URL { places.preprocessed ?? folder("preprocessed") }
    /// Fingerprint of the data set and properties per case.
    public var properties: URL { preprocessed.appendingPathComponent("properties", isDirectory: true) }
    public var fingerprintFile: URL { properties.appendingPathComponent("dataset_properties.json") }

    public func images(_ split: Split) -> URL { rawSplitted.appendingPathComponent("images\(split.rawValue)", isDirectory: true) }
    public func labels(_ split: Split) -> URL { rawSplitted.appendingPathComponent("labels\(split.rawValue)", isDirectory: true) }
    public func croppedImages(_ split: Split = .train) -> URL {
        rawCropped.appendingPathComponent("images\(split.rawValue)", isDirectory: true)
    }
    /// Ground truth in image space: `<case>_boxes_gt.npz`.
    public func evaluationLabels(_ split: Split) -> URL {
        preprocessed.appendingPathComponent("labels\(split.rawValue)", isDirectory: true)
    }
    /// Arrays preprocessed under the plan's data identifier.
    public func preprocessedImages(_ dataIdentifier: String, _ split: Split) -> URL {
        preprocessed.appendingPathComponent(dataIdentifier, isDirectory: true)
            .appendingPathComponent("images\(split.rawValue)", isDirectory: true)
    }
    /// Ground truth in the space of the preprocessed arrays.
    public func preprocessedLabels(_ dataIdentifier: String, _ split: Split = .train) -> URL {
        preprocessed.appendingPathComponent(dataIdentifier, isDirectory: true)
            .appendingPathComponent("labels\(split.rawValue)", isDirectory: true)
    }
    public func planFile(_ identifier: String) -> URL { preprocessed.appendingPathComponent("\(identifier).json") }
    public func splitsFile(_ name: String = "splits_final") -> URL {
        preprocessed.appendingPathComponent(name.hasSuffix(".json") ? name : "\(name).json")
    }

    /// The file of a split that was chosen by name.
    ///
    /// - Throws: `Problem` listing the splits that there are where there is none of this name: only the usual one is made by itself, others group or
    ///   balance cases.
    public func existingSplits(_ name: String) throws -> URL {
        let file = splitsFile(name)
        guard file != splitsFile(), !FileManager.default.fileExists(atPath: file.path) else { return file }
        let others = TaskFolder.names(in: preprocessed).filter { $0.hasPrefix("splits") && $0.hasSuffix(".json") }
        throw Problem(
            "augment_cfg.splits", "is '\(name)', but there is no \(file.path)",
            remedy: others.isEmpty ? "make it with 'nndet cv-split'" : "there are \(others.joined(separator: ", "))")
    }

    private func folder(_ name: String) -> URL { url.appendingPathComponent(name, isDirectory: true) }
}
