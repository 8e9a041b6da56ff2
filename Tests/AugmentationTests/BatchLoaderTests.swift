import Augmentation
import Boxes
import Core
import Foundation
import Support
import Testing

@Suite(.timeLimit(.minutes(1))) struct BatchLoaderTests {
    /// Batches that carry their number, some slower than others; counts what was made.
    private final class Numbers: BatchSource, @unchecked Sendable {
        private let lock = NSLock()
        private var count = 0
        private let failing: Int?

        init(failing: Int? = nil) { self.failing = failing }

        var made: Int { lock.withLock { count } }

        func batch(_ index: Int) throws -> Batch {
            Thread.sleep(forTimeInterval: Double((index * 7) % 5) / 2000)
            lock.withLock { count += 1 }
            if index == failing { throw Problem("case \(index)", "cannot be read") }
            return Batch(images: [Float(index)], segmentation: [], truths: [], size: .one, keys: ["\(index)"])
        }
    }

    @Test(arguments: [0, 1, 4, 9]) func inOrderWhateverTheThreads(threads: Int) throws {
        let loader = BatchLoader(source: Numbers(), threads: threads, first: 10, count: 40)
        for index in 10..<50 { #expect(try loader.next().keys == ["\(index)"]) }
        #expect(throws: Problem.self) { try loader.next() }
        #expect(throws: Problem.self) { try loader.next() }
    }

    @Test(arguments: [0, 2]) func theWorkOfProcessorsIsCounted(threads: Int) throws {
        /// Works for so long, or sleeps.
        struct Busy: BatchSource {
            let works: Bool
            func batch(_ index: Int) throws -> Batch {
                let start = ProcessorTime.thread
                if !works { Thread.sleep(forTimeInterval: 0.02) }
                while works && ProcessorTime.thread - start < 0.02 {}
                return Batch(images: [], segmentation: [], truths: [], size: .one, keys: [])
            }
        }
        func spent(_ works: Bool) throws -> Double {
            let loader = BatchLoader(source: Busy(works: works), threads: threads, count: 5)
            for _ in 0..<5 { _ = try loader.next() }
            return loader.processorSeconds
        }
        #expect((0.1..<0.2).contains(try spent(true)))
        #expect(try spent(false) < 0.02)
    }

    /// Without an array of all ids.
    @Test func idsOfObjectsMayBeLarge() {
        let box = Box(lower: .zero, upper: .one)
        let batch = Batch(
            images: [], segmentation: [0, 5, .max, .max, -1, 7, 5, 5],
            truths: [GroundTruth(boxes: [box, box], labels: [1, 3]), GroundTruth(boxes: [box], labels: [0])],
            instances: [[5, Int(Int32.max)], [7]],
            size: SIMD3(1, 2, 2), keys: ["a", "b"])
        #expect(batch.semantic() == [0, 2, 4, 4, 0, 1, 0, 0])
    }

    @Test func noMoreIsMadeThanMayWait() throws {
        let source = Numbers()
        let loader = BatchLoader(source: source, threads: 3, capacity: 4)
        for _ in 0..<5 { _ = try loader.next() }
        Thread.sleep(forTimeInterval: 0.1)
        #expect(source.made == 9)
    }

    @Test(arguments: [0, 1, 4]) func aFailureComesAtItsPlaceAndStays(threads: Int) throws {
        let source = Numbers(failing: 6)
        let loader = BatchLoader(source: source, threads: threads)
        for index in 0..<6 { #expect(try loader.next().keys == ["\(index)"]) }
        for _ in 0..<2 {
            let problem = #expect(throws: Problem.self) { try loader.next() }
            #expect(problem?.subject == "case 6")
        }
        Thread.sleep(forTimeInterval: 0.05)
        let made = source.made
        Thread.sleep(forTimeInterval: 0.05)
        #expect(source.made == made)
    }

    @Test func releasingEndsTheThreads() throws {
        weak var released: Numbers?
        do {
            let source = Numbers()
            released = source
            let loader = BatchLoader(source: source, threads: 4)
            _ = try loader.next()
        }
        for _ in 0..<200 where released != nil { Thread.sleep(forTimeInterval: 0.01) }
        #expect(released == nil)
    }

    @Test func stoppingFreesWhoWaits() throws {
        /// Never finishes before it is told to.
        final class Stuck: BatchSource, @unchecked Sendable {
            let gate = DispatchSemaphore(value: 0)
            func batch(_ index: Int) throws -> Batch {
                gate.wait()
                return Batch(images: [], segmentation: [], truths: [], size: .one, keys: [])
            }
        }
        let source = Stuck()
        let loader = BatchLoader(source: source, threads: 1)
        let thread = Thread {
            Thread.sleep(forTimeInterval: 0.05)
            loader.stop()
        }
        thread.start()
        #expect(throws: Problem.self) { try loader.next() }
        source.gate.signal()
    }
}
