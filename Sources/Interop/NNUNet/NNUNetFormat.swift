import Core
import Support

/// The two versions of nnU-Net: names of folders and what `dataset.json` says.
public enum NNUNetFormat: String, Sendable, CaseIterable {
    case v1
    case v2

    /// What stands before the number of a data set.
    private var prefix: String { self == .v1 ? "Task" : "Dataset" }

    /// The name of nnU-Net's folder for `name`, which may begin with `Task` or `Dataset`.
    ///
    /// - Throws: `Problem` where it is not three digits and a title, which is all that nnU-Net knows.
    public func folderName(_ name: String) throws -> String {
        let rest = ["Task", "Dataset"].first { name.hasPrefix($0) }.map { name.dropFirst($0.count) } ?? name[...]
        let parts = rest.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 3, parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), !parts[1].isEmpty else {
            throw Problem(
                "'\(name)'", "is no name that nnU-Net knows: three digits and a title",
                remedy:
                    "give one with --new_tasks, for example \(prefix)100_\(parts.last.flatMap { $0.isEmpty ? nil : String($0) } ?? "Lung")")
        }
        return prefix + rest
    }

    /// nnU-Net's description of the data set.
    ///
    /// - Parameters:
    ///   - info: names, classes and modalities of the data set.
    ///   - train: ids of the training cases.
    ///   - test: ids of the test cases, which only version 1 lists.
    ///   - stuff: whether the label maps hold stuff besides things.
    /// - Throws: `Problem` where two classes have one name, which version 2 cannot tell apart.
    public func description(_ info: DatasetInfo, train: [String], test: [String], stuff: Bool) throws -> Document {
        let labels = ["background"] + info.labels + (stuff ? info.stuffLabels : [])
        let modalities = Self.numbered(info.modalities)
        var map: [String: Document] = [
            "name": .text(info.name ?? info.task), "description": .text(info.description ?? "unknown"),
            "reference": .text(info.reference ?? "unknown"), "licence": .text(info.licence ?? "unknown"),
            "release": .text(info.release ?? "unknown"), "numTraining": .integer(train.count),
            "prep_info": .text("min size: \(info.minSize) ; min vol \(info.minVolume)"),
        ]
        switch self {
        case .v1:
            map["tensorImageSize"] = .text("3D")
            map["modality"] = modalities
            map["labels"] = Self.numbered(labels)
            if stuff { map["labels_stuff"] = Self.numbered(info.stuffLabels, from: info.labels.count + 1) }
            map["training"] = .list(
                train.map { .map(["image": .text("./imagesTr/\($0).nii.gz"), "label": .text("./labelsTr/\($0).nii.gz")]) })
            map["numTest"] = .integer(test.count)
            map["test"] = .list(test.map { .text("./imagesTs/\($0).nii.gz") })
        case .v2:
            guard Set(labels).count == labels.count else {
                let twice = labels.first { label in labels.count { $0 == label } > 1 } ?? ""
                throw Problem(
                    info.task, "two classes are called '\(twice)', which nnU-Net 2 cannot tell apart",
                    remedy: "give each class in the data set's description a name of its own, other than background")
            }
            map["channel_names"] = modalities
            map["labels"] = .map(Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, .integer($0)) }))
            map["file_ending"] = .text(".nii.gz")
        }
        return .map(map)
    }

    private static func numbered(_ names: [String], from first: Int = 0) -> Document {
        .map(Dictionary(uniqueKeysWithValues: names.enumerated().map { (String($0 + first), .text($1)) }))
    }
}
