import Foundation
import Support

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A run on a MLflow server, by its REST API (2.0).
///
/// Numbers go into a journal beside the run first, and from there to the server by a thread of its own: a server that is slow or down never
/// holds up training, and gets everything as soon as it answers, also in a later start of the same run.
public final class TrackingServer: RunTracker, @unchecked Sendable {
    /// What has to be delivered, and how far that is.
    private struct Journal: Codable {
        var experimentID: String?
        var runID: String?
        /// Parameters and tags are on the server.
        var described = false
        var lastStep = -1
        var pending: [TrackedMetric] = []
        var status: Int?
    }

    private let run: TrackedRun
    private let base: URL
    private let authorization: String?
    private let file: URL
    private let optimiser: String
    private let report: (String) -> Void
    private let condition = NSCondition()
    private var journal: Journal
    private var closing = false
    private var closed = false
    private var failures = 0

    /// - Parameters:
    ///   - run: what the server is told of the run beside its numbers.
    ///   - uri: of the server, `http://…` or `https://…`.
    ///   - file: keeps what is not delivered yet.
    ///   - optimiser: `SGD` or `AdamW`, part of the names of the learning rates.
    ///   - variables: for `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`.
    ///   - report: takes a line when the server cannot be reached, and when it can be again.
    /// - Throws: `Problem` for an address that is none, or a journal that cannot be read.
    public init(
        _ run: TrackedRun, at uri: String, journal file: URL, optimiser: String, variables: [String: String],
        report: @escaping @Sendable (String) -> Void
    ) throws {
        guard let base = URL(string: uri), base.scheme == "http" || base.scheme == "https", base.host != nil else {
            throw Problem("MLFLOW_TRACKING_URI=\(uri)", "is no address of a server", remedy: "give http://host:port, or unset it")
        }
        self.run = run
        self.base = base
        self.file = file
        self.optimiser = optimiser
        self.report = report
        if let token = variables["MLFLOW_TRACKING_TOKEN"] {
            authorization = "Bearer \(token)"
        } else if let user = variables["MLFLOW_TRACKING_USERNAME"] {
            let login = "\(user):\(variables["MLFLOW_TRACKING_PASSWORD"] ?? "")"
            authorization = "Basic \(Data(login.utf8).base64EncodedString())"
        } else {
            authorization = nil
        }
        journal = FileManager.default.fileExists(atPath: file.path) ? try JSONFile.read(from: file) : Journal()
        journal.status = TrackedStatus.running.rawValue
        Thread.detachNewThread { [self] in deliverAll() }
    }

    public func record(_ history: [EpochMetrics]) {
        condition.withLock {
            for epoch in history where epoch.epoch > journal.lastStep {
                journal.pending += TrackedMetric.all(of: epoch, optimiser: optimiser, at: Date())
                journal.lastStep = epoch.epoch
            }
            save()
            condition.signal()
        }
    }

    /// Waits a few seconds at most for the server; what is left stays in the journal.
    public func finish(_ status: TrackedStatus) {
        condition.withLock {
            journal.status = status.rawValue
            closing = true
            save()
            condition.broadcast()
            let deadline = Date().addingTimeInterval(10)
            while !closed, condition.wait(until: deadline) {}
            let left = journal.pending.count
            if left > 0 {
                report("tracking: \(left) numbers could not be sent to \(base.absoluteString); the same command sends them later")
            }
        }
    }

    private func save() {
        do { try JSONFile.write(journal, to: file) } catch { report("tracking: \(error)") }
    }

    // MARK: The thread that talks to the server

    private func deliverAll() {
        while true {
            let delivered = attempt()
            let done: Bool = condition.withLock {
                if closing, delivered || failures > 1 {
                    closed = true
                    condition.broadcast()
                    return true
                }
                if !delivered {
                    // Longer and longer pauses, a minute at most.
                    let pause = closing ? 0.5 : min(60, pow(2, Double(min(failures, 6))))
                    _ = condition.wait(until: Date().addingTimeInterval(pause))
                } else if journal.pending.isEmpty && !closing {
                    condition.wait()
                }
                return false
            }
            if done { return }
        }
    }

    /// Delivers what there is; false where the server did not take it.
    private func attempt() -> Bool {
        do {
            try describe()
            while try deliverBatch() {}
            if let status = condition.withLock({ closing ? journal.status : nil }), let name = TrackedStatus(rawValue: status)?.name {
                let now = Int(Date().timeIntervalSince1970 * 1000)
                _ = try post("runs/update", ["run_id": runID(), "status": name, "end_time": now])
            }
            if failures > 0 { report("tracking: \(base.absoluteString) answers again") }
            failures = 0
            return true
        } catch {
            if failures == 0 { report("tracking: \(base.absoluteString): \(error); numbers are kept and sent when it answers") }
            failures += 1
            return false
        }
    }

    private func runID() -> String { condition.withLock { journal.runID ?? "" } }

    /// Makes experiment and run where there are none, and tells parameters and tags.
    private func describe() throws {
        let state = condition.withLock { journal }
        if state.described { return }
        let experiment = try state.experimentID ?? experimentID()
        var id = state.runID
        if id == nil {
            let answer = try post(
                "runs/create",
                [
                    "experiment_id": experiment, "run_name": run.name, "start_time": Int(Date().timeIntervalSince1970 * 1000),
                    "tags": run.tags.sorted { $0.key < $1.key }.map { ["key": $0.key, "value": $0.value] },
                ])
            id = ((answer["run"] as? [String: Any])?["info"] as? [String: Any])?["run_id"] as? String
            guard id != nil else { throw Problem(base.absoluteString, "did not name the run it made") }
        }
        condition.withLock {
            journal.experimentID = experiment
            journal.runID = id
            save()
        }
        let parameters = run.parameters.sorted { $0.key < $1.key }.map { ["key": $0.key, "value": $0.value] }
        for start in stride(from: 0, to: parameters.count, by: 100) {
            let part = Array(parameters[start..<min(start + 100, parameters.count)])
            _ = try post("runs/log-batch", ["run_id": id ?? "", "params": part])
        }
        condition.withLock {
            journal.described = true
            save()
        }
    }

    private func experimentID() throws -> String {
        func id(_ answer: [String: Any]) -> String? { answer["experiment_id"] as? String }
        do {
            let made = try post("experiments/create", ["name": run.experiment])
            if let id = id(made) { return id }
        } catch let problem as Problem where problem.problem.contains("RESOURCE_ALREADY_EXISTS") {}
        let name = run.experiment.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? run.experiment
        let found = try request("experiments/get-by-name?experiment_name=\(name)", body: nil)
        guard let id = (found["experiment"] as? [String: Any]).flatMap({ id($0) }) else {
            throw Problem(base.absoluteString, "names no experiment '\(run.experiment)'")
        }
        return id
    }

    /// Sends up to 500 numbers; false where there are none.
    private func deliverBatch() throws -> Bool {
        let part = condition.withLock { Array(journal.pending.prefix(500)) }
        guard !part.isEmpty else { return false }
        let metrics = part.map { ["key": $0.key, "value": $0.value, "timestamp": $0.timestamp, "step": $0.step] as [String: Any] }
        _ = try post("runs/log-batch", ["run_id": runID(), "metrics": metrics])
        condition.withLock {
            journal.pending.removeFirst(part.count)
            save()
        }
        return true
    }

    private func post(_ path: String, _ body: [String: Any]) throws -> [String: Any] {
        try request(path, body: JSONSerialization.data(withJSONObject: body))
    }

    /// One call, waited for: this thread has nothing else to do.
    private func request(_ path: String, body: Data?) throws -> [String: Any] {
        guard let url = URL(string: base.absoluteString.trimmingSuffix("/") + "/api/2.0/mlflow/" + path) else {
            throw Problem(base.absoluteString, "is no address")
        }
        var request = URLRequest(url: url, timeoutInterval: 8)
        request.httpMethod = body == nil ? "GET" : "POST"
        request.httpBody = body
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let authorization { request.setValue(authorization, forHTTPHeaderField: "Authorization") }
        let answer = Answer()
        URLSession.shared.dataTask(with: request) { data, response, error in
            answer.set(data, (response as? HTTPURLResponse)?.statusCode, error?.localizedDescription)
        }.resume()
        let (data, code, failure) = answer.wait()
        if let failure { throw Problem(url.absoluteString, failure) }
        let json = (try? JSONSerialization.jsonObject(with: data ?? Data())) as? [String: Any]
        guard let code, 200..<300 ~= code else {
            let reason =
                json.map { "\($0["error_code"] ?? "") \($0["message"] ?? "")" }
                ?? String(decoding: (data ?? Data()).prefix(200), as: UTF8.self)
            throw Problem(url.absoluteString, "answers \(code ?? 0) \(reason)")
        }
        return json ?? [:]
    }
}

/// Hands the answer of a request to the thread that waits for it.
private final class Answer: @unchecked Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private var content: (Data?, Int?, String?) = (nil, nil, nil)

    func set(_ data: Data?, _ code: Int?, _ failure: String?) {
        content = (data, code, failure)
        semaphore.signal()
    }

    func wait() -> (Data?, Int?, String?) {
        semaphore.wait()
        return content
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
