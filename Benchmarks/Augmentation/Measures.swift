import Foundation

/// Processor time of this thread, which other programs on the machine lengthen little.
func threadSeconds(_ body: () throws -> Void) rethrows -> Double { try seconds(CLOCK_THREAD_CPUTIME_ID, body) }

/// Processor time of all threads.
func processSeconds(_ body: () throws -> Void) rethrows -> Double { try seconds(CLOCK_PROCESS_CPUTIME_ID, body) }

func wallSeconds(_ body: () throws -> Void) rethrows -> Double { try seconds(CLOCK_MONOTONIC, body) }

private func seconds(_ clock: clockid_t, _ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let start = now()
    try body()
    return now() - start
}

/// The largest resident memory so far, bytes.
func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
}

func text(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
