import Foundation
import Support
import TestSupport

/// Folders that are made once per run of the tests, by whichever test needs them first, and copied into each test's own folder.
enum Fixture {
    /// That of scripts/run-tests.py, shared by its processes, or one of this process alone, which is removed at its end.
    private static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["NNDET_TEST_FIXTURES"] { return URL(fileURLWithPath: path, isDirectory: true) }
        atexit { try? FileManager.default.removeItem(at: Fixture.ownFolder) }
        return ownFolder
    }()

    private static let ownFolder = FileManager.default.temporaryDirectory
        .appendingPathComponent("nndet-fixtures-\(getpid())", isDirectory: true)

    /// Copies the folder `name`, which `make` fills where it is not there yet, into `target`; times stay, as seals of files go by them.
    static func copy(_ name: String, into target: URL, make: (URL) throws -> Void) throws {
        let place = folder.appendingPathComponent(name, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let lock = open(folder.appendingPathComponent("\(name).lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw Problem(folder, doing: "lock", errno: errno) }
        defer { close(lock) }
        if !FileManager.default.fileExists(atPath: place.path) {
            let half = folder.appendingPathComponent("\(name)-\(UUID().uuidString)", isDirectory: true)
            try FileManager.default.createDirectory(at: half, withIntermediateDirectories: true)
            try make(half)
            try FileManager.default.moveItem(at: half, to: place)
        }
        // Real copies, not links: tests damage files in place, logs are appended to, and locks go by inode.
        let copy = Process()
        copy.executableURL = URL(fileURLWithPath: "/bin/cp")
        copy.arguments = ["-a", "\(place.path)/.", target.path]
        try copy.run()
        copy.waitUntilExit()
        guard copy.terminationStatus == 0 else { throw Problem(place, "cannot be copied to \(target.path)") }
    }
}
