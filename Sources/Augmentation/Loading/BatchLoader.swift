import Foundation
import Support

/// Makes batches ahead of their use on threads of its own, and hands them out in order.
///
/// At most `capacity` batches are made ahead. What comes out does not depend on the number of threads. Releasing the loader, or `stop()`, ends
/// its threads after the batch they work on.
public final class BatchLoader: Sendable {
    private let state: LoaderState

    /// - Parameters:
    ///   - source: makes the batches; called from any thread.
    ///   - threads: workers; 0 makes every batch when it is asked for.
    ///   - first: number of the first batch.
    ///   - count: number of batches; nil never ends.
    ///   - capacity: batches that may wait, at least one; by default two per thread.
    public init(source: any BatchSource, threads: Int, first: Int = 0, count: Int? = nil, capacity: Int? = nil) {
        state = LoaderState(
            source: source, first: first, end: count.map { first + $0 } ?? .max, capacity: max(1, capacity ?? 2 * threads),
            isThreaded: threads > 0)
        for index in 0..<max(0, threads) {
            let thread = Thread { [state] in state.work() }
            thread.name = "batches \(index)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    deinit { state.stop() }

    /// The next batch; waits for it where it is not ready.
    ///
    /// - Throws: what the source threw for this batch, then and at every later call; `Problem` after the last batch or `stop()`.
    public func next() throws -> Batch { try state.next() }

    /// Seconds that processors have worked on batches so far.
    public var processorSeconds: Double { state.processorSeconds }

    /// Batches that are made and wait to be taken.
    package var waiting: Int { state.waiting }

    /// Ends the threads; safe to call at any time and from any thread, also while another waits in `next()`.
    public func stop() { state.stop() }
}

/// What the loader's threads share; kept apart so that they do not keep the loader itself alive.
private final class LoaderState: @unchecked Sendable {
    private let source: any BatchSource
    private let end: Int
    private let capacity: Int
    private let isThreaded: Bool
    private let condition = NSCondition()
    /// The batch that is handed out next, and the one that a worker takes up next.
    private var wanted: Int
    private var claimed: Int
    private var ready: [Int: Result<Batch, any Error>] = [:]
    private var failure: (any Error)?
    private var isStopped = false
    private var spent = 0.0

    init(source: any BatchSource, first: Int, end: Int, capacity: Int, isThreaded: Bool) {
        self.source = source
        self.end = end
        self.capacity = capacity
        self.isThreaded = isThreaded
        wanted = first
        claimed = first
    }

    func work() {
        while let index = claim() {
            let before = ProcessorTime.thread
            let result = Result { try source.batch(index) }
            let seconds = ProcessorTime.thread - before
            condition.lock()
            spent += seconds
            if !isStopped { ready[index] = result }
            // Nobody asks for what comes after a failure.
            if case .failure = result { claimed = .max }
            condition.broadcast()
            condition.unlock()
        }
    }

    private func claim() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !isStopped && claimed < end && claimed - wanted >= capacity { condition.wait() }
        guard !isStopped, claimed < end else { return nil }
        defer { claimed += 1 }
        return claimed
    }

    var processorSeconds: Double {
        condition.lock()
        defer { condition.unlock() }
        return spent
    }

    var waiting: Int { condition.withLock { ready.count } }

    func next() throws -> Batch {
        condition.lock()
        defer { condition.unlock() }
        if let failure { throw failure }
        let finished = Problem("batches", "there are no more")
        guard wanted < end else { throw finished }
        let index = wanted
        if !isThreaded {
            guard !isStopped else { throw finished }
            do {
                let before = ProcessorTime.thread
                defer { spent += ProcessorTime.thread - before }
                let batch = try source.batch(index)
                wanted += 1
                return batch
            } catch {
                failure = error
                throw error
            }
        }
        while !isStopped && ready[index] == nil { condition.wait() }
        guard let result = ready.removeValue(forKey: index) else { throw finished }
        wanted += 1
        condition.broadcast()
        do { return try result.get() } catch {
            failure = error
            throw error
        }
    }

    func stop() {
        condition.lock()
        isStopped = true
        ready.removeAll()
        condition.broadcast()
        condition.unlock()
    }
}
