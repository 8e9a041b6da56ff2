import Foundation

extension Data {
    /// The content of the file at `url`, memory-mapped where possible.
    ///
    /// - Throws: `Problem` that says whether the file is missing, a folder, or unreadable.
    public static func file(_ url: URL) throws -> Data {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
            throw Problem(url, "no such file", remedy: "check the path")
        }
        guard !isDirectory.boolValue else { throw Problem(url, "is a folder, a file is needed here") }
        do {
            return try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw Problem(url, "cannot be read", remedy: "check the permissions")
        }
    }
}
