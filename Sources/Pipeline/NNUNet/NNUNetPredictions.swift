import Core
import Foundation
import Support

/// The files of nnU-Net's probabilities, by case; one of each of the models that are to be joined.
struct NNUNetPredictions {
    /// `.npz` of every model, by case.
    let files: [String: [URL]]
    var ids: [String] { files.keys.sorted() }

    /// The validation cases of trainers: `fold_<k>/validation_raw` (nnU-Net 1) or `fold_<k>/validation` (nnU-Net 2).
    ///
    /// - Throws: `Problem` naming the folder without folds or probabilities, or a case that not all trainers have.
    static func validation(_ trainers: [URL]) throws -> NNUNetPredictions {
        try joined(
            trainers.map { trainer in
                let folds = try FolderContents.names(in: trainer).filter { name in
                    name.hasPrefix("fold_") && Int(name.dropFirst(5)) != nil
                }
                guard !folds.isEmpty else {
                    throw Problem(
                        trainer,
                        FileManager.default.fileExists(atPath: trainer.path) ? "holds no folds (fold_0, fold_1, …)" : "no such folder",
                        remedy: "give the folder of a trainer, below nnU-Net's results")
                }
                var cases: [String: URL] = [:]
                for fold in folds {
                    let folders = ["validation_raw", "validation"].map {
                        trainer.appendingPathComponent(fold, isDirectory: true).appendingPathComponent($0, isDirectory: true)
                    }
                    guard let folder = try folders.first(where: { try !probabilities(in: $0).isEmpty }) else {
                        throw Problem(
                            folders[0].deletingLastPathComponent(), "holds no probabilities of its validation cases",
                            remedy: "let nnU-Net save them: train with --npz, or validate again with --val --npz")
                    }
                    for (id, file) in try probabilities(in: folder) {
                        if let other = cases.updateValue(file, forKey: id) {
                            throw Problem(file, "the case is also in another fold: \(other.path)", remedy: "remove one of them")
                        }
                    }
                }
                return cases
            }, trainers)
    }

    /// The cases of folders of predictions.
    ///
    /// - Throws: `Problem` naming the folder without probabilities, or a case that not all folders have.
    static func test(_ folders: [URL]) throws -> NNUNetPredictions {
        try joined(
            folders.map { folder in
                let cases = try probabilities(in: folder)
                guard !cases.isEmpty else {
                    throw Problem(
                        folder, FileManager.default.fileExists(atPath: folder.path) ? "holds no probabilities (.npz)" : "no such folder",
                        remedy: "let nnU-Net save them: nnUNet_predict --save_npz, nnUNetv2_predict --save_probabilities")
                }
                return cases
            }, folders)
    }

    private static func probabilities(in folder: URL) throws -> [String: URL] {
        let names = try FolderContents.names(in: folder).filter { $0.hasSuffix(".npz") }
        return Dictionary(uniqueKeysWithValues: names.map { (String($0.dropLast(4)), folder.appendingPathComponent($0)) })
    }

    private static func joined(_ models: [[String: URL]], _ places: [URL]) throws -> NNUNetPredictions {
        let first = models[0]
        for (cases, place) in zip(models, places).dropFirst() {
            let lacking = Set(first.keys).symmetricDifference(cases.keys).sorted()
            guard lacking.isEmpty else {
                throw Problem(
                    place, "has not the cases of \(places[0].path): \(CaseSource.list(lacking))",
                    remedy: "join models that have predicted the same cases")
            }
        }
        return NNUNetPredictions(
            files: Dictionary(uniqueKeysWithValues: first.keys.map { id in (id, models.compactMap { $0[id] }) }))
    }
}
