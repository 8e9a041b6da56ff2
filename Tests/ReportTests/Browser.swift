import Foundation
import TestSupport

/// A headless Chromium; nil where none is installed (`scripts/test-tools.sh` installs it).
struct Browser {
    struct Visit {
        /// The page after its scripts have run.
        let page: String
        /// What the browser told: messages of the console among it.
        let log: String
    }

    private let program: URL

    static let installed: Browser? = {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["NNDET_TEST_BROWSER"].map { [$0] } ?? []
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let candidates = named + folders.flatMap { folder in ["chromium", "chromium-browser", "google-chrome"].map { "\(folder)/\($0)" } }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }.map { Browser(program: URL(fileURLWithPath: $0)) }
    }()

    func visit(_ file: URL, _ options: [String] = ["--dump-dom"]) throws -> Visit {
        try withTemporaryFolder { (folder: URL) throws in
            let process = Process()
            process.executableURL = program
            process.arguments =
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                    "--user-data-dir=\(folder.appendingPathComponent("profile").path)", "--enable-logging=stderr",
                    "--virtual-time-budget=10000",
                ] + options + [file.absoluteString]
            let (output, errors) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
            for file in [output, errors] { try Data().write(to: file) }
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
            process.waitUntilExit()
            return Visit(
                page: String(decoding: try Data(contentsOf: output), as: UTF8.self),
                log: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
    }
}
