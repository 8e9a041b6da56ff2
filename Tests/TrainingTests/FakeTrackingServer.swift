import Foundation

/// Answers the calls of MLflow's REST API on loopback as a server does, and keeps what it was told; may take its time.
final class FakeTrackingServer: @unchecked Sendable {
    struct Metric: Hashable {
        var key: String
        var step: Int
        var value: Double
    }

    let port: UInt16
    private let delay: TimeInterval
    private let listener: Int32
    private let lock = NSLock()
    private var told = Told()

    struct Told {
        /// Names of the calls, in order.
        var calls: [String] = []
        var experiments: [String] = []
        var metrics: [Metric] = []
        var parameters: [String: String] = [:]
        var tags: [String: String] = [:]
        var status: String?
    }

    struct Failure: Error { let call: String }

    /// - Parameters:
    ///   - port: 0 takes one that is free.
    ///   - delay: seconds before each answer.
    init(port: UInt16 = 0, delay: TimeInterval = 0) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failure(call: "socket") }
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let length = size
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) == 0 }
        }
        guard isBound, listen(listener, 16) == 0 else { throw Failure(call: "bind") }
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &size) }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        self.delay = delay
        self.listener = listener
        Thread.detachNewThread { [self] in serve() }
    }

    var uri: String { "http://127.0.0.1:\(port)" }
    var state: Told { lock.withLock { told } }

    /// No more calls are answered from here on.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else {
                close(listener)
                return
            }
            if let (path, body) = Self.request(connection) {
                Thread.sleep(forTimeInterval: delay)
                let answer = (try? JSONSerialization.data(withJSONObject: answer(to: path, body))) ?? Data()
                let head = ["HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: \(answer.count)", "Connection: close"]
                let bytes = Array(Data((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + answer)
                // The caller may have given up meanwhile.
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
            close(connection)
        }
    }

    /// The path and the body of one call.
    private static func request(_ connection: Int32) -> (path: String, body: [String: Any])? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        func more() -> Bool {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count > 0 { data += buffer.prefix(count) }
            return count > 0
        }
        let end = Data("\r\n\r\n".utf8)
        while data.range(of: end) == nil { guard more() else { return nil } }
        guard let head = data.range(of: end) else { return nil }
        let lines = String(decoding: data[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let length =
            lines.first { $0.lowercased().hasPrefix("content-length:") }.flatMap {
                Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces))
            } ?? 0
        while data.count - head.upperBound < length { guard more() else { return nil } }
        let body = try? JSONSerialization.jsonObject(with: data[head.upperBound...]) as? [String: Any]
        return (lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? "", body ?? [:])
    }

    private func answer(to path: String, _ body: [String: Any]) -> [String: Any] {
        func pairs(_ key: String) -> [(String, String)] {
            (body[key] as? [[String: Any]] ?? []).map { ("\($0["key"] ?? "")", "\($0["value"] ?? "")") }
        }
        let call = path.replacingOccurrences(of: "/api/2.0/mlflow/", with: "")
        return lock.withLock {
            told.calls.append(call)
            for (key, value) in pairs("tags") { told.tags[key] = value }
            for (key, value) in pairs("params") { told.parameters[key] = value }
            switch call {
            case "experiments/create":
                told.experiments.append("\(body["name"] ?? "")")
                return ["experiment_id": "7"]
            case "runs/create": return ["run": ["info": ["run_id": "abc"]]]
            case "runs/log-batch":
                told.metrics += (body["metrics"] as? [[String: Any]] ?? []).map {
                    Metric(
                        key: "\($0["key"] ?? "")", step: ($0["step"] as? NSNumber)?.intValue ?? -1,
                        value: ($0["value"] as? NSNumber)?.doubleValue ?? .nan)
                }
                return [:]
            case "runs/update":
                told.status = body["status"] as? String
                return [:]
            default: return [:]
            }
        }
    }
}
