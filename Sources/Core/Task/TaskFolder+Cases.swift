import Foundation
import Imaging
import Support

extension TaskFolder {
    /// The ids of the cases whose images lie in `split`, sorted; empty where the folder is missing.
    ///
    /// An image file is named `<case>_<four digits><ending>`, the digits being the index of the modality.
    ///
    /// - Throws: `Problem` naming an image whose name has no modality, or one that the description does not list.
    public func caseIDs(_ split: Split) throws -> [String] {
        var ids: Set<String> = []
        for name in Self.names(in: images(split)) {
            guard let stem = Self.stem(ofImage: name) else { continue }
            let file = images(split).appendingPathComponent(name)
            let digits = stem.suffix(4)
            guard stem.count > 5, stem.dropLast(4).last == "_", digits.allSatisfy({ $0.isASCII && $0.isNumber }), let index = Int(digits)
            else {
                throw Problem(
                    file, "the name does not end in the number of a modality",
                    remedy: "name images <case>_0000.nii.gz, <case>_0001.nii.gz, …")
            }
            guard index < info.modalities.count else {
                throw Problem(file, "modality \(index) is not in the data set's description, which lists \(info.modalities.count)")
            }
            ids.insert(String(stem.dropLast(5)))
        }
        return ids.sorted()
    }

    /// The images of one case, one per modality in the order of the description.
    ///
    /// - Throws: `Problem` naming the case and the modality that is missing.
    public func imageFiles(of id: String, _ split: Split) throws -> [URL] {
        try info.modalities.enumerated().map { index, modality in
            let stem = id + String(format: "_%04d", index)
            guard let file = Self.file(stem, in: images(split)) else {
                throw Problem(
                    images(split).appendingPathComponent("\(stem).nii.gz"), "case \(id) has no image of modality \(index) (\(modality))",
                    remedy: "add the file or remove the case")
            }
            return file
        }
    }

    /// The map of instances of one case.
    ///
    /// - Throws: `Problem` where there is none.
    public func labelFile(of id: String, _ split: Split) throws -> URL {
        guard let file = Self.file(id, in: labels(split)) else {
            throw Problem(
                labels(split).appendingPathComponent("\(id).nii.gz"), "case \(id) has no label map",
                remedy: "add the file or remove the case")
        }
        return file
    }

    /// Where the classes of the instances of one case are written.
    public func labelJSON(of id: String, _ split: Split) -> URL { labels(split).appendingPathComponent("\(id).json") }

    /// Names of the files in `folder`, sorted, without hidden ones; none where the folder is missing.
    static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The name without the ending of an image, nil for other files.
    static func stem(ofImage name: String) -> String? {
        ImageFile.extensions.first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }

    private static func file(_ stem: String, in folder: URL) -> URL? {
        ImageFile.extensions.lazy.map { folder.appendingPathComponent(stem + $0) }.first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
