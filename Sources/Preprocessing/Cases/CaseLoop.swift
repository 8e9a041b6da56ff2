import Foundation
import Support

/// A case that could not be worked on, and why.
public struct CaseFailure: Sendable {
    public let id: String
    public let error: any Error

    public init(id: String, error: any Error) {
        self.id = id
        self.error = error
    }
}

/// Works on cases one by one: a case that fails does not keep the others from being finished.
package enum CaseLoop {
    /// `body` of every case, on up to `threads` threads.
    ///
    /// - Parameters:
    ///   - ids: the cases.
    ///   - verb: what was to be done with them, a participle for messages: `cropped`.
    ///   - body: is given the index of a case.
    /// - Throws: once all cases have been tried, the problem of the case that failed, or one problem that names all of them.
    package static func run<Value: Sendable>(
        _ ids: [String], threads: Int, _ verb: String, _ body: @escaping @Sendable (Int) throws -> Value
    ) throws -> [Value] {
        let (values, failures) = try outcomes(ids, threads: threads, body)
        if let problem = problem(failures, of: ids.count, verb) { throw problem }
        return values.compactMap { $0 }
    }

    /// `body` of every case; nil for those that failed.
    package static func outcomes<Value: Sendable>(
        _ ids: [String], threads: Int, _ body: @escaping @Sendable (Int) throws -> Value
    ) throws -> (values: [Value?], failures: [CaseFailure]) {
        let results = try parallelMap(ids.count, threads: threads) { index -> Result<Value, any Error> in Result { try body(index) } }
        var failures: [CaseFailure] = []
        let values = zip(ids, results).map { id, result -> Value? in
            switch result {
            case .success(let value): return value
            case .failure(let error):
                failures.append(CaseFailure(id: id, error: error))
                return nil
            }
        }
        return (values, failures)
    }

    /// One problem for all cases that failed; nil where none did.
    package static func problem(_ failures: [CaseFailure], of count: Int, _ verb: String) -> (any Error)? {
        guard let first = failures.first else { return nil }
        guard failures.count > 1 else { return first.error }
        let shown = failures.prefix(3).map { "case \($0.id): \($0.error)" }.joined(separator: "; ")
        let names = failures.map(\.id).sorted()
        let listed = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
        return Problem(
            "\(failures.count) of \(count) cases", "could not be \(verb) (\(listed)): \(shown)\(failures.count > 3 ? "; …" : "")",
            remedy: failures.count < count ? "the other cases succeeded; fix these and rerun" : "fix these and rerun")
    }
}
