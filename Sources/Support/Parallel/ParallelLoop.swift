import Foundation

/// The number of processors that this process may use.
public var processorCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

/// Runs `body(0) … body(count − 1)` on up to `threads` threads of its own and waits for all of them.
///
/// Indices are handed out in order. After an error no further index is started; the error of the lowest index is thrown.
public func parallelFor(_ count: Int, threads: Int = processorCount, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let workers = min(max(1, threads), count)
    guard workers > 1 else {
        for index in 0..<count { try body(index) }
        return
    }
    let loop = LoopState(count: count)
    let group = DispatchGroup()
    for _ in 0..<workers {
        group.enter()
        let thread = Thread {
            while let index = loop.next() {
                do { try body(index) } catch { loop.fail(error, at: index) }
            }
            group.leave()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
    group.wait()
    if let failure = loop.failure { throw failure }
}

/// `body(0) … body(count − 1)` computed on up to `threads` threads, in order.
public func parallelMap<Value: Sendable>(
    _ count: Int, threads: Int = processorCount, _ body: @escaping @Sendable (Int) throws -> Value
) throws -> [Value] {
    let results = Results<Value>(count: count)
    try parallelFor(count, threads: threads) { results.set($0, try body($0)) }
    return results.values()
}

private final class LoopState: @unchecked Sendable {
    private let lock = NSLock()
    private let count: Int
    private var position = 0
    private var firstFailure: (index: Int, error: any Error)?

    init(count: Int) { self.count = count }

    var failure: (any Error)? { lock.withLock { firstFailure?.error } }

    func next() -> Int? {
        lock.withLock {
            guard firstFailure == nil, position < count else { return nil }
            defer { position += 1 }
            return position
        }
    }

    func fail(_ error: any Error, at index: Int) {
        lock.withLock {
            if firstFailure.map({ index < $0.index }) ?? true { firstFailure = (index, error) }
        }
    }
}

private final class Results<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var slots: [Value?]

    init(count: Int) { slots = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Value) { lock.withLock { slots[index] = value } }

    func values() -> [Value] { lock.withLock { slots.compactMap { $0 } } }
}
