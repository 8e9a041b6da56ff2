import Foundation
import Support
import TestSupport
import Testing

@Suite struct FileSealTests {
    @Test func aChangedFileIsFoundAndATouchedOneIsNot() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.npz")
            let content = Data((0..<1000).map { UInt8($0 & 0xFF) })
            try AtomicFile.write(content, to: file)
            let seal = try FileSeal(file)
            #expect(seal.matches(file) && seal.roughlyMatches(file))

            // Copied elsewhere and back: another time, the same content.
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: file.path)
            #expect(seal.matches(file))

            var other = content
            other[500] ^= 1
            try other.write(to: file)
            #expect(!seal.matches(file) && seal.roughlyMatches(file))
            try content.prefix(999).write(to: file)
            #expect(!seal.matches(file) && !seal.roughlyMatches(file))
            try FileManager.default.removeItem(at: file)
            #expect(!seal.matches(file) && !seal.roughlyMatches(file))
            #expect(throws: Problem.self) { try FileSeal(file) }
        }
    }

    @Test func timesBeyondNanosecondsCanBeSealed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a")
            try Data("x".utf8).write(to: file)
            let times = [timespec(tv_sec: 10_413_792_000, tv_nsec: 0), timespec(tv_sec: 10_413_792_000, tv_nsec: 0)]
            // In the year 2300; file systems that end before set their last time.
            #expect(utimensat(AT_FDCWD, file.path, times, 0) == 0)
            #expect(try FileSeal(file).matches(file))
        }
    }

    @Test func whatKilledProgramsLeaveIsRemoved() throws {
        try withTemporaryFolder { folder in
            let dead = Process()
            dead.executableURL = URL(fileURLWithPath: "/bin/true")
            try dead.run()
            dead.waitUntilExit()
            let names = [
                ".tmp-\(dead.processIdentifier)-1-a.npz": true, ".tmp-\(dead.processIdentifier)-2-fresh.npz": false,
                ".tmp-\(getpid())-3-mine.npz": false, "a.npz": false, ".tmp-x": false,
            ]
            for name in names.keys {
                let file = folder.appendingPathComponent(name)
                try Data("x".utf8).write(to: file)
                guard !name.contains("fresh") else { continue }
                try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -100)], ofItemAtPath: file.path)
            }
            AtomicFile.removeLeftovers(in: folder)
            for (name, isRemoved) in names {
                #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) != isRemoved, "\(name)")
            }
        }
    }
}
