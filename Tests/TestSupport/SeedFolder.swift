import Foundation
import Support

/// A folder of the conformance data (`seed0`, …): inputs and outputs of the original.
///
/// Lies in the folder that NNDET_CONFORMANCE names, by default `../shared/conformance` beside the package.
public struct SeedFolder: Sendable, CustomStringConvertible {
    public let url: URL

    public var description: String { url.lastPathComponent }

    /// The folder that holds the seed folders.
    public static var root: URL {
        if let path = ProcessInfo.processInfo.environment["NNDET_CONFORMANCE"] { return URL(fileURLWithPath: path) }
        return sharedFolder.appendingPathComponent("conformance")
    }

    /// Every `seed*` folder, none where the data is absent.
    public static let all: [SeedFolder] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter { $0.hasPrefix("seed") }.sorted().map { SeedFolder(url: root.appendingPathComponent($0)) }
    }()

    /// The file at `path` within the folder; notes it as read for the closing table.
    public func file(_ path: String) -> URL {
        ConformanceReport.noteRead("\(description)/\(path)")
        return url.appendingPathComponent(path)
    }

    /// The file `name` beside the seed folders; nil where it is missing. Notes it as read for the closing table.
    public static func beside(_ name: String) -> URL? {
        let url = root.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        ConformanceReport.noteRead(name)
        return url
    }

    public func npz(_ path: String) throws -> [String: NPYArray] { try NPZ.read(file(path)) }

    /// Any JSON as Foundation objects.
    public func json(_ path: String) throws -> Any { try JSONSerialization.jsonObject(with: Data.file(file(path))) }

    public func json<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value { try JSONFile.read(type, from: file(path)) }

    /// Files of the folder under `prefix` (e.g. `core/anchors_`), sorted, relative to the folder.
    public func files(_ prefix: String, suffix: String = "") -> [String] {
        let names = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }.sorted()
    }
}

/// The folder `shared` beside the checkout (also for a checkout that lies beside it under another name).
public let sharedFolder: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
        folder = folder.deletingLastPathComponent()
        let candidate = folder.appendingPathComponent("shared")
        if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("conformance").path) { return candidate }
    }
    return URL(fileURLWithPath: "../shared")
}()
