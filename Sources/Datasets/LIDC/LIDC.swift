import Core
import Foundation
import Support

/// LIDC-IDRI: nodules of the lung as four radiologists drew them, benign or malignant (task 012).
///
/// Read from the collection itself (DICOM series and XML), or as MIC's LIDC-IDRI-processing leaves it (NRRD, a mask per rater).
struct LIDC: DatasetConverter {
    let card = DatasetCard(
        name: "lidc", task: "Task012_LIDC", title: "LIDC-IDRI: benign and malignant nodules of the lung in CT",
        home: "https://www.cancerimagingarchive.net/collection/lidc-idri",
        parts: [RawPart("images", "LIDC-IDRI", "data_nrrd", "LIDC-IDRI-*", "*/LIDC-IDRI", "*/LIDC-IDRI-*")])

    /// Raters of every scan. Where fewer have marked a nodule, the others count as having seen none.
    static let raters = 4
    /// From this mean malignancy (1 to 5) on a nodule counts as malignant.
    static let malignant = 3.0

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        let info = DatasetInfo(task: card.task, labels: ["benign", "malignant"], modalities: ["CT"], name: "LIDC")
        let images = try raw.part("images")
        if images.lastPathComponent == "data_nrrd" { return try LIDCProcessed(folder: images, raw: raw).survey(info) }
        return try LIDCCollection(folder: raw.url).survey(info)
    }

    /// The mean malignancy of a nodule that `ratings` were given to; raters who saw none count as 0, ratings below 0 are not given.
    static func malignancy(_ ratings: [Int]) -> Double {
        let given = (ratings + [Int](repeating: 0, count: max(0, raters - ratings.count))).filter { $0 > -1 }
        return given.isEmpty ? 0 : Double(given.reduce(0, +)) / Double(given.count)
    }

    /// A case of nodules whose voxels were counted: what half of the raters marked stays.
    struct Consensus {
        private(set) var objects: ObjectMap

        init(shape: SIMD3<Int>) { objects = ObjectMap(map: .init(shape: shape, filledWith: 0), classes: [:]) }

        private var scores: [Int: Double] = [:]

        /// Adds a nodule; `counts` says how many raters marked a voxel, by its place in the volume. Where no voxel stays, it is left out.
        mutating func add(_ counts: [Int: Int], ratings: [Int], named name: String) {
            let kept = counts.filter { 2 * $0.value >= LIDC.raters }
            guard !kept.isEmpty else {
                objects.notes.append("\(name) was left out: fewer than half of the raters agree on any voxel")
                return
            }
            let id = scores.count + 1
            for voxel in kept.keys { objects.map.voxels[voxel] = Int32(id) }
            scores[id] = LIDC.malignancy(ratings)
        }

        /// The objects with their classes and, in the json, their malignancies under `scores`.
        func finished() -> ObjectMap {
            var result = objects
            result.classes = scores.mapValues { $0 >= LIDC.malignant ? 1 : 0 }
            let numbers = result.renumber()
            if numbers.count < scores.count {
                result.notes.append("\(scores.count - numbers.count) nodules lie within others and were left out")
            }
            result.extra["scores"] = .map(
                Dictionary(uniqueKeysWithValues: scores.compactMap { id, score in numbers[id].map { (String($0), .number(score)) } }))
            return result
        }
    }
}
