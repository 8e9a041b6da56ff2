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
        /// Images that are there twice, with different endings or spellings of their names.
        public var duplicates: [Problem] = []
        /// Names of files that are not images.
        public var ignored: [String] = []
    }

    /// The cases whose images lie in `split`; empty where the folder is missing.
    ///
    /// An image file is named `<case>_<four digits><ending>`, the digits being the index of the modality.
    public func imageListing(_ split: Split) -> ImageListing {
        var listing = ImageListing()
        var ids: Set<String> = []
        var stems: [String: String] = [:]
        let names: [String]
        do { names = try FolderContents.names(in: images(split)) } catch {
            return ImageListing(problems: [error as? Problem ?? Problem(images(split), "cannot be read: \(error)")])
        }
        for name in names {
            guard let stem = ImageFormat.stem(of: name) else {
                listing.ignored.append(name)
                continue
            }
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
            if let other = stems.updateValue(name, forKey: CaseName.normalized(stem)) {
                listing.duplicates.append(Problem(file, CaseName.twin(of: other, name, "image"), remedy: "remove one of the two files"))
                continue
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
        // The voxels of headers with a file of their own are no images by themselves.
        if stems.values.contains(where: { ["mhd", "nhdr"].contains(($0 as NSString).pathExtension.lowercased()) }) {
            listing.ignored.removeAll { ["raw", "zraw", "gz"].contains(($0 as NSString).pathExtension.lowercased()) }
        }
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
    ///
    /// - Throws: `Problem` where the folder cannot be read.
    public func labelMaps(_ split: Split) throws -> [(stem: String, file: URL)] {
        try FolderContents.names(in: labels(split)).compactMap { name in
            ImageFormat.stem(of: name).map { ($0, labels(split).appendingPathComponent(name)) }
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
        guard let file = self.index.image(stem, in: images(split)) else {
            if let name = self.index.names(of: stem, in: images(split)).first(where: { ImageFormat.stem(of: $0) != nil }) {
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
        guard let file = index.image(id, in: labels(split)) else {
            throw Problem(
                labels(split).appendingPathComponent("\(id).nii.gz"), "case \(id) has no label map",
                remedy: "add the file or remove the case; 'nndet dataset from-boxes' paints boxes into maps")
        }
        return file
    }

    /// Where the classes of the instances of one case are written.
    public func labelJSON(of id: String, _ split: Split) -> URL {
        let exact = labels(split).appendingPathComponent("\(id).json")
        // The name may be spelled in another Unicode normal form.
        guard !FileManager.default.fileExists(atPath: exact.path), !id.utf8.allSatisfy({ $0 < 0x80 }) else { return exact }
        return index.names(of: "\(id).json", in: labels(split)).first.map { labels(split).appendingPathComponent($0) } ?? exact
    }

    /// Names of the files in `folder` for what is shown or removed, sorted, without hidden ones; none where it is missing or cannot be read.
    package static func names(in folder: URL) -> [String] { (try? FolderContents.names(in: folder)) ?? [] }

    /// Label maps of `split` that are there twice, with different endings.
    package func duplicateLabels(_ split: Split) -> [Problem] {
        var stems: [String: String] = [:]
        return Self.names(in: labels(split)).compactMap { name in
            guard let stem = ImageFormat.stem(of: name), let other = stems.updateValue(name, forKey: CaseName.normalized(stem)) else {
                return nil
            }
            return Problem(
                labels(split).appendingPathComponent(name), CaseName.twin(of: other, name, "label map"),
                remedy: "remove one of the two files")
        }
    }
}

/// Names of cases in the spellings that file systems give them.
package enum CaseName {
    /// Equal for names that look alike: accents may be one character or two.
    package static func normalized(_ name: String) -> String { name.precomposedStringWithCanonicalMapping }

    /// Whether files can be named after a case: no path, not hidden, no control characters.
    package static func isSafe(_ id: String) -> Bool {
        !id.isEmpty && !id.hasPrefix(".") && id.unicodeScalars.allSatisfy { $0 != "/" && $0.properties.generalCategory != .control }
    }

    /// What is wrong with a file whose name counts as that of `other`.
    static func twin(of other: String, _ name: String, _ what: String) -> String {
        // Swift compares strings by canonical equivalence.
        other == name
            ? "the same \(what) is there twice, under two Unicode spellings of one name (\(name): composed and decomposed accents)"
            : "the same \(what) is also there as \(other)"
    }
}
