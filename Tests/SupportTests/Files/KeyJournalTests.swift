import Foundation
import Support
import TestSupport
import Testing

@Suite struct KeyJournalTests {
    private func inode(_ url: URL) throws -> Int? { try FileManager.default.attributesOfItem(atPath: url.path)[.systemFileNumber] as? Int }

    @Test func notesAreAppended() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("keys.jsonl")
            let journal = KeyJournal("keys", in: folder)
            #expect(journal.ids.isEmpty && !FileManager.default.fileExists(atPath: file.path))
            try journal.note("a", "1")
            let (before, size) = (try inode(file), try Data(contentsOf: file).count)
            for index in 0..<20 { try journal.note("b\(index)", "2") }
            try journal.note("a", "1")
            // Neither rewritten nor longer than one line a note.
            #expect(try inode(file) == before && Data(contentsOf: file).count < 21 * (size + 3))
            try journal.note("a", nil)
            try journal.note("\"quoted\"\n", "3")
            let again = KeyJournal("keys", in: folder)
            #expect(
                again.ids == journal.ids && again.ids.count == 21 && again.holds("b7", "2", files: []) && !again.holds("a", "1", files: []))
            #expect(!again.holds("b7", "2", files: [folder.appendingPathComponent("missing")]))
        }
    }

    /// What a kill leaves of the last line, wherever it comes.
    @Test func anIncompleteLastLineIsIgnored() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("keys.jsonl")
            let (first, last) = (Data("[\"a\",\"1\"]\n".utf8), Data("[\"b\",\"2\"]".utf8))
            for count in 0..<last.count {
                try (first + last.prefix(count)).write(to: file)
                let journal = KeyJournal("keys", in: folder)
                #expect(journal.ids == ["a"])
                try journal.note("c", "3")
                #expect(KeyJournal("keys", in: folder).ids == ["a", "c"])
            }
        }
    }

    @Test func keysOfEarlierVersionsAreTakenOver() throws {
        try withTemporaryFolder { folder in
            let earlier = folder.appendingPathComponent("keys.json")
            try JSONFile.write(["a": "1", "b": "2"], to: earlier)
            let journal = KeyJournal("keys", in: folder)
            #expect(journal.ids == ["a", "b"] && journal.holds("b", "2", files: []))
            try journal.note("b", "3")
            #expect(!FileManager.default.fileExists(atPath: earlier.path))
            let again = KeyJournal("keys", in: folder)
            #expect(again.holds("a", "1", files: []) && again.holds("b", "3", files: []))
        }
    }

    @Test func linesThatDoNotCountAreRemoved() throws {
        try withTemporaryFolder { folder in
            let journal = KeyJournal("keys", in: folder)
            for index in 0..<50 { try journal.note("a", "\(index)") }
            try KeyJournal("keys", in: folder).note("b", "1")
            #expect(
                try String(contentsOf: folder.appendingPathComponent("keys.jsonl"), encoding: .utf8) == "[\"a\",\"49\"]\n[\"b\",\"1\"]\n")
        }
    }
}
