import Foundation
import Support
import Testing

@Suite struct StagedLoopTests {
    private final class Record: @unchecked Sendable {
        private let lock = NSLock()
        private var stored: [String] = []
        private var open = 0
        private(set) var mostOpen = 0
        func note(_ line: String) { lock.withLock { stored.append(line) } }
        func enter() { lock.withLock { (open, mostOpen) = (open + 1, max(mostOpen, open + 1)) } }
        func leave() { lock.withLock { open -= 1 } }
        var lines: [String] { lock.withLock { stored } }
    }

    @Test func everyItemGoesThroughAllStagesInOrder() {
        let record = Record()
        stagedLoop(
            20,
            prepare: { index in
                record.enter()
                return index * 2
            },
            work: { index, value in
                record.note("work \(index) \(value)")
                return value + 1
            },
            finish: { index, value in
                usleep(UInt32(index % 3) * 1000)
                record.note("finish \(index) \(value)")
                record.leave()
            }, ended: { index, error in record.note("ended \(index) \(error == nil)") })
        let lines = record.lines
        #expect(lines.filter { $0.hasPrefix("work") } == (0..<20).map { "work \($0) \($0 * 2)" })
        #expect(lines.filter { $0.hasPrefix("finish") } == (0..<20).map { "finish \($0) \($0 * 2 + 1)" })
        #expect(lines.filter { $0.hasPrefix("ended") } == (0..<20).map { "ended \($0) true" })
        // One that is prepared, one that is worked on, one that waits to be or is finished.
        #expect(record.mostOpen <= 4)
    }

    @Test func whatFailsEndsAlone() {
        let record = Record()
        stagedLoop(
            6, prepare: { index in if index == 1 { throw Problem("1", "prepare") } else { index } },
            work: { index, value in if index == 2 { throw Problem("2", "work") } else { value } },
            finish: { index, _ in if index == 3 { throw Problem("3", "finish") } },
            ended: { index, error in record.note("\(index) \(error.map { "\($0)" } ?? "done")") })
        #expect(record.lines.sorted() == ["0 done", "1 1: prepare", "2 2: work", "3 3: finish", "4 done", "5 done"])
    }

    @Test func nothingToDo() {
        stagedLoop(0, prepare: { $0 }, work: { $1 }, finish: { _, _ in }, ended: { _, _ in Issue.record("there is no item") })
    }
}
