import Dispatch
import Foundation

/// Whether the user asked to stop (Ctrl-C or SIGTERM); the second time ends the program at once.
final class Interruption: @unchecked Sendable {
    private let lock = NSLock()
    private var asked = false
    private var sources: [any DispatchSourceSignal] = []

    init() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in self?.ask() }
            source.resume()
            sources.append(source)
        }
    }

    var isAsked: Bool { lock.withLock { asked } }

    private func ask() {
        let isSecond = lock.withLock {
            defer { asked = true }
            return asked
        }
        if isSecond { _exit(130) }
        FileHandle.standardError.write(Data("\nstopping after this step and saving the state (once more to stop at once)\n".utf8))
    }
}
