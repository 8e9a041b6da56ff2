import Dispatch
import Foundation
import Pipeline

/// Ends the program at once when the user asks for it (Ctrl-C or SIGTERM), and says how to go on.
///
/// For commands that write every file whole and leave alone what is done: wherever they end, the same command goes on from there.
final class ImmediateStop {
    private var sources: [any DispatchSourceSignal] = []
    /// Its own thread: those of the global queues may all be at work.
    private let queue = DispatchQueue(label: "stop")

    /// - Parameter resumes: whether the command keeps its results below the folders of tasks and models.
    init(resumes: Bool) {
        for (number, code) in [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let text = "\nstopped; what is finished is kept" + (resumes ? ", run the same command again to go on" : "") + "\n"
                FileHandle.standardError.write(Data(text.utf8))
                TemporaryFolders.removeAll()
                _exit(code)
            }
            source.resume()
            sources.append(source)
        }
    }
}
