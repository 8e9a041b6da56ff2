import Core
import Foundation
import Support
import Training

/// `nndet train --fold all`: every fold that is not finished yet, one per device at a time.
struct CrossValidation: Sendable {
    let folds: [Int]
    /// Names of the devices; nil stands for the one that a single training takes.
    let devices: [String?]
    /// Trains one fold on one device.
    let train: @Sendable (_ fold: Int, _ device: String?) throws -> Void
    let shouldStop: @Sendable () -> Bool

    /// Runs the folds. One that fails does not stop the others.
    ///
    /// - Parameter report: takes a line for a fold that failed while others go on.
    /// - Throws: the first failure, after all folds; `TrainingInterrupted` after a stop.
    func run(report: @escaping @Sendable (String) -> Void) throws {
        let queue = FoldQueue(folds)
        let work: @Sendable (String?) -> Void = { device in
            while !shouldStop(), let fold = queue.next() {
                do { try train(fold, device) } catch {
                    queue.note(error)
                    if !(error is TrainingInterrupted) { report("fold \(fold): \(error)") }
                }
            }
        }
        if devices.count == 1 {
            work(devices[0])
        } else {
            let group = DispatchGroup()
            for device in devices {
                group.enter()
                // libtorch keeps its modes per thread: a fold stays on its own.
                let thread = Thread {
                    work(device)
                    group.leave()
                }
                thread.stackSize = 16 << 20
                thread.start()
            }
            group.wait()
        }
        if let failure = queue.failure { throw failure }
        if shouldStop(), queue.next() != nil { throw TrainingInterrupted(iteration: nil, total: 0) }
    }
}

/// Folds that wait, and what went wrong; shared by the threads of the devices.
private final class FoldQueue: @unchecked Sendable {
    private let lock = NSLock()
    private var folds: [Int]
    private var failures: [any Error] = []

    init(_ folds: [Int]) { self.folds = folds }

    func next() -> Int? { lock.withLock { folds.isEmpty ? nil : folds.removeFirst() } }
    func note(_ error: any Error) { lock.withLock { failures.append(error) } }
    /// A failure of a fold counts more than that the user stopped the rest.
    var failure: (any Error)? { lock.withLock { failures.first { !($0 is TrainingInterrupted) } ?? failures.first } }
}
