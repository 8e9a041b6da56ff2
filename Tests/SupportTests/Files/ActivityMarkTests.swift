import Foundation
import Support
import TestSupport
import Testing

@Suite struct ActivityMarkTests {
    @Test func marksLastAsLongAsTheirValue() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("deep/.work.lock")
            #expect(!ActivityMark.isThere(file))
            var mark: ActivityMark? = try ActivityMark(file, .together, doing: "working")
            #expect(ActivityMark.isThere(file))
            var second: ActivityMark? = try ActivityMark(file, .together, doing: "working")
            mark = nil
            #expect(ActivityMark.isThere(file))
            second = nil
            #expect(!ActivityMark.isThere(file) && mark == nil && second == nil)
        }
    }

    @Test func whoWantsToBeAloneIsToldOfOthers() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent(".work.lock")
            let mark = try ActivityMark(file, .alone, doing: "working")
            for sharing in [ActivityMark.Sharing.alone, .together] {
                let problem = #expect(throws: Problem.self) { try ActivityMark(file, sharing, doing: "working") }
                #expect(problem?.problem == "another program is working here" && problem?.subject == folder.path)
            }
            withExtendedLifetime(mark) {}
        }
    }
}
