import Foundation
import Support

/// `metrics.csv`: a row per epoch, a column per number.
public struct MetricsTable: RunTracker {
    private let file: URL
    private let report: (String) -> Void

    /// - Parameters:
    ///   - file: the table, written anew at every epoch.
    ///   - report: takes a line when the file cannot be written.
    public init(_ file: URL, report: @escaping (String) -> Void) {
        self.file = file
        self.report = report
    }

    public func record(_ history: [EpochMetrics]) {
        guard !history.isEmpty else { return }
        let keys = Set(history.flatMap(\.values.keys)).sorted()
        var table = CSVText(columns: ["epoch"] + keys)
        for epoch in history { table.append([String(epoch.epoch)] + keys.map { epoch.values[$0].map { String($0) } ?? "" }) }
        do { try table.write(to: file) } catch { report("metrics: \(error)") }
    }

    public func finish(_ status: TrackedStatus) {}
}
