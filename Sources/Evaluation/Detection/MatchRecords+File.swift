import Foundation
import Support

extension MatchRecords {
    /// `records_<name>.npz` of a folder of results.
    public static func file(in folder: URL, name: String = "boxes") -> URL { folder.appendingPathComponent("records_\(name).npz") }

    /// Writes `records_<name>.npz`: `scores`, `labels`, `cases`, `hits` per detection, `objects` `[cases, classes]`, `thresholds`,
    /// `max_detections`, and the case ids as lines of UTF-8 in `case_ids`.
    public func write(in folder: URL, name: String = "boxes") throws {
        let ids = Array(caseIDs.joined(separator: "\n").utf8)
        try NPZ.write(
            [
                "scores": NPYArray(scores, shape: [scores.count]), "labels": NPYArray(labels, shape: [labels.count]),
                "cases": NPYArray(cases, shape: [cases.count]), "hits": NPYArray(hits.map { Int64($0) }, shape: [hits.count]),
                "objects": NPYArray(objects, shape: [caseIDs.count, classes]),
                "thresholds": NPYArray(thresholds, shape: [thresholds.count]),
                "max_detections": NPYArray([Int64(maxDetections)], shape: []), "case_ids": NPYArray(ids, shape: [ids.count]),
                "format_version": NPYArray([Int64(1)], shape: []),
            ], to: Self.file(in: folder, name: name))
    }

    /// Reads what `write` wrote.
    ///
    /// - Throws: `Problem` where the file is missing, damaged, or its arrays do not belong together.
    public static func read(in folder: URL, name: String = "boxes") throws -> MatchRecords {
        let url = file(in: folder, name: name)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw Problem(folder, "holds no \(url.lastPathComponent)", remedy: "give a folder of results that 'nndet eval' has written")
        }
        let arrays = try NPZ.read(url)
        func array(_ key: String) throws -> NPYArray {
            guard let array = arrays[key] else { throw Problem(url, "has no array '\(key)'", remedy: "run 'nndet eval' again") }
            return array
        }
        let objects = try array("objects")
        guard objects.shape.count == 2, objects.shape[1] <= 1 << 16, let limit = try array("max_detections").integers().first else {
            throw Problem(url, "'objects' has shape \(objects.shape), [cases, classes] is needed", remedy: "run 'nndet eval' again")
        }
        var records = MatchRecords(thresholds: try array("thresholds").doubles(), maxDetections: limit, classes: objects.shape[1])
        let ids = String(decoding: try array("case_ids").integers().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        records.caseIDs = objects.shape[0] == 0 ? [] : ids.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard records.thresholds == IoUThresholds(.full).all else {
            throw Problem(url, "'thresholds' are not those of this program", remedy: "run 'nndet eval' again")
        }
        records.scores = try array("scores").floats()
        records.labels = try array("labels").int32s()
        records.cases = try array("cases").int32s()
        records.hits = try array("hits").integers().map { UInt32(truncatingIfNeeded: $0) }
        records.objects = objects.int32s()
        let count = records.scores.count
        guard records.caseIDs.count == objects.shape[0], records.labels.count == count, records.cases.count == count,
            records.hits.count == count, count <= 1 << 26,
            records.hits.allSatisfy({ $0 >> UInt32(records.thresholds.count) == 0 }),
            records.labels.allSatisfy({ $0 >= 0 && $0 < records.classes }),
            records.cases.allSatisfy({ $0 >= 0 && $0 < records.caseIDs.count }),
            records.objects.allSatisfy({ $0 >= 0 }),
            // Objects of all classes of a case are counted in 32 bits.
            records.caseIDs.indices.allSatisfy({ records.objects(inCase: $0).reduce(0) { $0 + Int($1) } <= 1 << 24 })
        else { throw Problem(url, "its arrays do not belong together", remedy: "run 'nndet eval' again") }
        return records
    }
}
