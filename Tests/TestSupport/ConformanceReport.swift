import Foundation

/// Lines for the table that `make conformance` prints, appended to the file that NNDET_CONFORMANCE_REPORT names.
public enum ConformanceReport {
    private static let lock = NSLock()

    /// Notes the largest deviation seen for `file`; returns whether it is within `tolerance`.
    @discardableResult
    public static func note(family: String, file: String, deviation: Double, tolerance: Double) -> Bool {
        let passed = deviation <= tolerance
        append("check\t\(family)\t\(file)\t\(deviation)\t\(tolerance)\t\(passed ? "pass" : "FAIL")")
        return passed
    }

    static func noteRead(_ file: String) { append("read\t\(file)") }

    private static func append(_ line: String) {
        guard let path = ProcessInfo.processInfo.environment["NNDET_CONFORMANCE_REPORT"] else { return }
        lock.withLock {
            guard let stream = fopen(path, "a") else { return }
            defer { fclose(stream) }
            fputs(line + "\n", stream)
        }
    }
}
