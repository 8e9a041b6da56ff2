import Foundation

/// Works through items in three stages that run beside each other: the next item is prepared and the last one finished, each on a thread of
/// its own, while the calling thread works on the one between.
///
/// At most one item is in each stage, so memory stays bounded. What goes wrong with an item ends that item alone.
///
/// - Parameters:
///   - count: number of items; the stages are given their index, from 0.
///   - prepare: called on other threads.
///   - work: called on the calling thread, in order.
///   - finish: called on other threads.
///   - ended: called from any thread when an item is through, with the error where it failed.
public func stagedLoop<Prepared: Sendable, Worked: Sendable>(
    _ count: Int, prepare: @escaping @Sendable (Int) throws -> Prepared, work: (Int, Prepared) throws -> Worked,
    finish: @escaping @Sendable (Int, Worked) throws -> Void, ended: @escaping @Sendable (Int, (any Error)?) -> Void
) {
    let finishing = Finishing<Worked>(finish: finish, ended: ended)
    var coming = count > 0 ? Coming { try prepare(0) } : nil
    for index in 0..<count {
        guard let current = coming else { break }
        let prepared = current.wait()
        coming = index + 1 < count ? Coming { try prepare(index + 1) } : nil
        do {
            let worked = try work(index, prepared.get())
            finishing.start(index, worked)
        } catch {
            ended(index, error)
        }
    }
    finishing.wait()
}

/// A value that a thread of its own computes.
private final class Coming<Value: Sendable>: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var result: Result<Value, any Error>?

    init(_ body: @escaping @Sendable () throws -> Value) {
        let thread = Thread { [self] in
            result = Result(catching: body)
            done.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    func wait() -> Result<Value, any Error> {
        done.wait()
        defer { result = nil }
        // Set before the signal.
        return result ?? .failure(Problem("internal", "a stage ended without a result"))
    }
}

/// The last stage: one item at a time.
private final class Finishing<Value: Sendable>: @unchecked Sendable {
    private let finish: @Sendable (Int, Value) throws -> Void
    private let ended: @Sendable (Int, (any Error)?) -> Void
    private let free = DispatchSemaphore(value: 1)

    init(finish: @escaping @Sendable (Int, Value) throws -> Void, ended: @escaping @Sendable (Int, (any Error)?) -> Void) {
        self.finish = finish
        self.ended = ended
    }

    func start(_ index: Int, _ value: Value) {
        free.wait()
        let thread = Thread { [self] in
            do {
                try finish(index, value)
                ended(index, nil)
            } catch {
                ended(index, error)
            }
            free.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    func wait() {
        free.wait()
        free.signal()
    }
}
