import Core
import Foundation
import Imaging
import Support

/// Images given by path, as cases: one file or folder of slices per modality.
public struct InputCase: Sendable, Equatable {
    public let id: String
    /// Image files, or folders with one DICOM series, in the order of the modalities.
    public let images: [URL]

    public init(id: String, images: [URL]) {
        self.id = id
        self.images = images
    }

    /// Finds the cases that `inputs` mean, sorted by id.
    ///
    /// An input is an image, a folder of images, a folder with a DICOM series, or a folder of such folders. With several modalities, images are
    /// named `<case>_0000…`, `<case>_0001…`; or exactly one input is given for each modality.
    ///
    /// - Parameters:
    ///   - inputs: files and folders.
    ///   - modalities: their names in order; a case needs one image of each.
    ///   - option: what the inputs are given with, for messages.
    ///   - ignored: called for each folder with the names in it that are not images.
    /// - Throws: `Problem` naming the input that does not exist, holds no image, or lacks a modality.
    public static func find(_ inputs: [URL], modalities: [String], option: String = "--input", ignored: (URL, [String]) -> Void) throws
        -> [InputCase]
    {
        let found = try inputs.map { try series($0, option, ignored) }
        if modalities.count > 1, inputs.count == modalities.count, found.allSatisfy({ $0.count == 1 }) {
            return [InputCase(id: name(inputs[0], modalities.count), images: found.flatMap { $0 })]
        }
        var cases: [String: [URL]] = [:]
        for images in found {
            for (id, files) in try grouped(images, modalities, option) {
                if let other = cases[id], other != files {
                    throw Problem(
                        files[0], "has the same name as \(other[0].path)", remedy: "rename one of them: results are named after it")
                }
                cases[id] = files
            }
        }
        return cases.map { InputCase(id: $0.key, images: $0.value) }.sorted { $0.id < $1.id }
    }

    /// The images that one input means.
    private static func series(_ input: URL, _ option: String, _ ignored: (URL, [String]) -> Void) throws -> [URL] {
        guard let isFolder = isFolder(input) else { throw Problem(input, "no such file or folder", remedy: "check \(option)") }
        guard isFolder else { return [input] }
        let names = try FolderContents.names(in: input)
        let images = names.filter { ImageFormat.stem(of: $0) != nil }
        guard images.isEmpty else {
            // The voxels of headers with a file of their own (.mhd, .nhdr) are not cases.
            let hasHeaders = images.contains { ["mhd", "nhdr"].contains(($0 as NSString).pathExtension.lowercased()) }
            let others = names.filter { name in
                let isVoxels = hasHeaders && ["raw", "zraw", "gz"].contains((name as NSString).pathExtension.lowercased())
                return !isVoxels && ImageFormat.stem(of: name) == nil
            }
            if !others.isEmpty { ignored(input, others) }
            return images.map(input.appendingPathComponent)
        }
        if holdsSlices(input, names) { return [input] }
        let folders = try names.map { input.appendingPathComponent($0, isDirectory: true) }
            .filter { try Self.isFolder($0) == true && holdsSlices($0, FolderContents.names(in: $0)) }
        let others = Set(names).subtracting(folders.map(\.lastPathComponent)).sorted()
        if !folders.isEmpty, !others.isEmpty { ignored(input, others) }
        guard !folders.isEmpty else {
            throw Problem(
                input, "holds no image",
                remedy: "images are read from \(ImageFormat.extensions.joined(separator: ", ")) and folders of DICOM slices")
        }
        return folders
    }

    /// Whether files of a folder look like DICOM: `.dcm`, or `DICM` after 128 bytes.
    private static func holdsSlices(_ folder: URL, _ names: [String]) -> Bool {
        names.contains { name in
            let file = folder.appendingPathComponent(name)
            if name.lowercased().hasSuffix(".dcm") { return true }
            guard isFolder(file) == false, let handle = try? FileHandle(forReadingFrom: file) else { return false }
            defer { try? handle.close() }
            return (try? handle.read(upToCount: 132))?.suffix(4) == Data("DICM".utf8)
        }
    }

    /// nil where there is nothing.
    private static func isFolder(_ url: URL) -> Bool? {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) ? isFolder.boolValue : nil
    }

    private static func stem(_ url: URL) -> String {
        let name = url.lastPathComponent
        return ImageFormat.stem(of: name) ?? name
    }

    /// The number of the modality that a name ends in.
    private static func modality(_ stem: String) -> Int? {
        let digits = stem.suffix(4)
        guard stem.count > 5, stem.dropLast(4).last == "_", digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(digits)
    }

    /// The case that an image belongs to.
    private static func name(_ url: URL, _ modalities: Int) -> String {
        let stem = stem(url)
        return modality(stem).map { $0 < modalities } ?? false ? String(stem.dropLast(5)) : stem
    }

    private static func grouped(_ images: [URL], _ modalities: [String], _ option: String) throws -> [String: [URL]] {
        var cases: [String: [URL]] = [:]
        // Names by stem of each folder.
        var listings: [URL: [String: String]] = [:]
        for image in images {
            let id = name(image, modalities.count)
            guard modalities.count > 1 else {
                if let other = cases.updateValue([image], forKey: id) {
                    throw Problem(image, "is the same case as \(other[0].lastPathComponent)", remedy: "remove or rename one of them")
                }
                continue
            }
            guard let first = modality(stem(image)) else {
                throw Problem(
                    image, "has no number of a modality in its name, there are \(modalities.count) (\(modalities.joined(separator: ", ")))",
                    remedy: "name the images <case>_0000, <case>_0001, …, or give one \(option) for each modality")
            }
            guard cases[id] == nil || first == 0 else { continue }
            let folder = image.deletingLastPathComponent()
            let names =
                try listings[folder]
                ?? Dictionary(
                    FolderContents.names(in: folder).map { (ImageFormat.stem(of: $0) ?? $0, $0) },
                    uniquingKeysWith: { first, _ in first })
            listings[folder] = names
            cases[id] = try modalities.indices.map { index in
                let wanted = id + String(format: "_%04d", index)
                guard let match = names[wanted] else {
                    throw Problem(
                        image, "case \(id) has no image \(wanted) (\(modalities[index])) beside it",
                        remedy: "add it, or give one \(option) for each modality")
                }
                return folder.appendingPathComponent(match)
            }
        }
        return cases
    }
}
