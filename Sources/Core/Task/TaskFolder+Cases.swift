import Foundation
import Imaging
import Support

extension TaskFolder {
    /// What lies in a folder of images.
    public struct ImageListing: Sendable, Equatable {
        /// Ids of the cases, sorted.
        public var ids: [String] = []
        /// Names that cannot be understood, and what is wrong with them.
        public var problems: [Problem] = []
        /// Images that are there twice, with different endings.
        public var duplicates: [Problem] = []
    }

    /// The cases whose images lie in `split`; empty where the folder is missing.
    ///
    /// An image file is named `<case>_<four digits><ending>`, the digits being the index of the modality.
    public func imageListing(_ split: Split) -> ImageListing {
        var listing = ImageListing()
        var ids: Set<String> = []
        var stems: [String: String] = [:]
        for name in Self.names(in: images(split)) {
            guard let stem = Self.stem(ofImage: name) else { continue }
            let file = images(split).appendingPathComponent(name)
            let digits = stem.suffix(4)
            guard stem.count > 5, stem.dropLast(4).last == "_", digits.allSatisfy({ $0.isASCII && $0.isNumber }), let index = Int(digits)
            else {
                listing.problems.append(
                    Problem(
                        file, "the name does not end in the number of a modality",
                        remedy: "name images <case>_0000.nii.gz, <case>_0001.nii.gz, …"))
                continue
            }
            if let other = stems.updateValue(name, forKey: stem) {
                listing.duplicates.append(Problem(file, "the same image is also there as \(other)", remedy: "remove one of the two files"))
            }
            if index >= info.modalities.count {
                listing.problems.append(
                    Problem(
                        file, "modality \(index) is not in the data set's description, which lists \(info.modalities.count)",
                        remedy: "list it under 'modalities' or remove the file"))
            }
            ids.insert(String(stem.dropLast(5)))
        }
        listing.ids = ids.sorted()
        return listing
    }

    /// The ids of the cases whose images lie in `split`, sorted; empty where the folder is missing.
    ///
    /// - Throws: `Problem` naming an image whose name has no modality, or one that the description does not list.
    public func caseIDs(_ split: Split) throws -> [String] {
        let listing = imageListing(split)
        if let problem = listing.problems.first { throw problem }
        return listing.ids
    }

    /// The label maps of `split` by the names without their endings, sorted.
    public func labelMaps(_ split: Split) -> [(stem: String, file: URL)] {
        Self.names(in: labels(split)).compactMap { name in
            Self.stem(ofImage: name).map { ($0, labels(split).appendingPathComponent(name)) }
        }
    }

    /// The images of one case, one per modality in the order of the description.
    ///
    /// - Throws: `Problem` naming the case and the modality that is missing.
    public func imageFiles(of id: String, _ split: Split) throws -> [URL] {
        try info.modalities.indices.map { try imageFile(of: id, modality: $0, split) }
    }

    /// The image of one modality of a case.
    ///
    /// - Throws: `Problem` naming the case and the modality where it is missing.
    public func imageFile(of id: String, modality index: Int, _ split: Split) throws -> URL {
        let stem = id + String(format: "_%04d", index)
        guard let file = Self.file(stem, in: images(split)) else {
            if let name = Self.names(in: images(split)).first(where: { Self.stem(ofImage: $0) == stem }) {
                throw Problem(
                    images(split).appendingPathComponent(name), "is a link to a file that does not exist",
                    remedy: "mount or copy what it leads to, or remove the case")
            }
            throw Problem(
                images(split).appendingPathComponent("\(stem).nii.gz"),
                "case \(id) has no image of modality \(index) (\(info.modalities[index]))", remedy: "add the file or remove the case")
        }
        return file
    }

    /// The map of instances of one case.
    ///
    /// - Throws: `Problem` where there is none.
    public func labelFile(of id: String, _ split: Split) throws -> URL {
        guard let file = Self.file(id, in: labels(split)) else {
            throw Problem(
                labels(split).appendingPathComponent("\(id).nii.gz"), "case \(id) has no label map",
                remedy: "add the file or remove the case; 'nndet dataset from-boxes' paints boxes into maps")
        }
        return file
    }

    /// Where the classes of the instances of one case are written.
    public func labelJSON(of id: String, _ split: Split) -> URL { labels(split).appendingPathComponent("\(id).json") }

    /// Names of the files in `folder`, sorted, without hidden ones; none where the folder is missing.
    package static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Label maps of `split` that are there twice, with different endings.
    package func duplicateLabels(_ split: Split) -> [Problem] {
        var stems: [String: String] = [:]
        return Self.names(in: labels(split)).compactMap { name in
            guard let stem = Self.stem(ofImage: name), let other = stems.updateValue(name, forKey: stem) else { return nil }
            return Problem(
                labels(split).appendingPathComponent(name), "the same label map is also there as \(other)",
                remedy: "remove one of the two files")
        }
    }

    /// The name without the ending of an image, nil for other files.
    static func stem(ofImage name: String) -> String? {
        ImageFile.extensions.first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }

    private static func file(_ stem: String, in folder: URL) -> URL? {
        ImageFile.extensions.lazy.map { folder.appendingPathComponent(stem + $0) }.first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
