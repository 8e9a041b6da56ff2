import Core
import Foundation
import Imaging
import Support

/// What the test images of a task are like, so that they can be compared with the training images: `properties/test_images.json`.
public struct TestImages: Codable, Sendable, Equatable {
    struct Entry: Codable, Sendable, Equatable {
        /// Key of the files that were looked at, and of the orientation.
        var contentKey: String
        var images: [ImageSummary]

        enum CodingKeys: String, CodingKey {
            case images
            case contentKey = "content_key"
        }
    }

    var formatVersion = 1
    /// By case id.
    var cases: [String: Entry] = [:]

    enum CodingKeys: String, CodingKey {
        case cases
        case formatVersion = "format_version"
    }

    /// The summaries of all modalities, by case id.
    public var images: [String: [ImageSummary]] { cases.mapValues(\.images) }

    /// Reads the test images that have changed since the last time; those that cannot be read are left out, prediction will name them.
    ///
    /// - Parameters:
    ///   - task: whose test images are read and in whose `properties` the summaries are kept.
    ///   - orientation: axis codes to which the training images were turned; nil where they were left alone.
    ///   - threads: cases at a time, at most; fewer where memory is short.
    ///   - progress: told of every case that is through; nil shows nothing.
    public static func survey(
        _ task: TaskFolder, orientation: String?, threads: Int, progress: ProgressReporter? = nil
    ) throws -> TestImages {
        let file = task.properties.appendingPathComponent("test_images.json")
        let old = (try? JSONFile.read(TestImages.self, from: file)) ?? TestImages()
        let ids = task.imageListing(.test).ids
        let gate = MemoryGate()
        let entries = try parallelMap(ids.count, threads: threads) { index -> Entry? in
            defer { progress?.advance(note: ids[index]) }
            guard let files = try? task.imageFiles(of: ids[index], .test),
                let key = try? Cropper.key(images: files, labels: nil, orientation: orientation, task.reader.policy)
            else { return nil }
            if let entry = old.cases[ids[index]], entry.contentKey == key { return entry }
            guard let size = try? task.reader.geometry(files[0]).size else { return nil }
            return gate.run(needing: 24 * files.count * size.x * size.y * size.z) {
                let cropped = try? RawCase(id: ids[index], images: files, orientation: orientation, reader: task.reader).cropped()
                return cropped.map { Entry(contentKey: key, images: $0.channels.map { ImageSummary($0) }) }
            }
        }
        var survey = TestImages()
        for (id, entry) in zip(ids, entries) { survey.cases[id] = entry }
        if survey != old { try JSONFile.write(survey, to: file) }
        return survey
    }
}
