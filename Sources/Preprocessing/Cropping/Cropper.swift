import Core
import Foundation
import Imaging
import Support

/// Crops the training cases of a task to where their images are not 0 (spec 03 §1): `raw_splitted` → `raw_cropped`.
///
/// A case is done again only where its files or the orientation have changed, or where what was written is not whole any more. The number of
/// cases in memory is bounded by what is free.
public struct Cropper: Sendable {
    public let task: TaskFolder
    /// Axis codes to turn the cases to; nil leaves them as they are.
    public let orientation: String?
    /// Cases at a time, at most.
    public let threads: Int

    public init(task: TaskFolder, orientation: String?, threads: Int = processorCount) {
        self.task = task
        self.orientation = orientation
        self.threads = threads
    }

    /// Crops all training cases, and removes cropped cases that are no longer in the task.
    ///
    /// - Parameters:
    ///   - overwrite: does all cases again.
    ///   - progress: told of every case that is through; nil shows nothing.
    /// - Throws: `Problem` naming the case or file; cases done until then stay.
    @discardableResult
    public func run(overwrite: Bool = false, progress: ProgressReporter? = nil) throws -> StageSummary {
        let ids = try task.caseIDs(.train)
        let folder = task.croppedImages()
        AtomicFile.removeLeftovers(in: folder)
        DerivedFile.removeStrangers(in: folder, keeping: ids, suffixes: [".npz", ".json"])
        try LabelCopies(task: task).update(ids)
        let gate = MemoryGate()
        return StageSummary(
            try CaseLoop.run(ids, threads: threads, "cropped") { index in
                let id = ids[index]
                let images = try task.imageFiles(of: id, .train)
                let labels = (map: try task.labelFile(of: id, .train), json: task.labelJSON(of: id, .train))
                let key = try Self.key(images: images, labels: labels, orientation: orientation, task.reader.policy)
                let files = [CroppedCase.arrayFile(id, in: folder)]
                defer { progress?.advance(note: id) }
                guard overwrite || !DerivedFile.isCurrent(CroppedCase.propertiesFile(id, in: folder), key: key, files: files) else {
                    return false
                }
                // Arrays, their copies while they are turned and cropped, and the bytes of the archive.
                let size = try task.reader.geometry(images[0]).size
                try gate.run(needing: 24 * (images.count + 1) * size.x * size.y * size.z) {
                    var cropped = try RawCase(id: id, images: images, labels: labels, orientation: orientation, reader: task.reader)
                        .cropped()
                    cropped.properties.contentKey = key
                    cropped.properties.images = cropped.channels.map { ImageSummary($0) }
                    try cropped.write(in: folder)
                }
                return true
            })
    }

    /// Key of the bytes of the case's files and of the options that cropping depends on.
    static func key(images: [URL], labels: (map: URL, json: URL)?, orientation: String?, _ policy: ReadingPolicy) throws -> String {
        var key = ContentKey()
        key.add("crop 3 \(orientation ?? "as stored")")
        if policy != .strict { key.add(String(decoding: try JSONFile.encode(policy, pretty: false), as: UTF8.self)) }
        for url in images { try key.add(file: url) }
        if let labels {
            try key.add(file: labels.map)
            try key.add(file: labels.json)
        }
        return key.text
    }
}
