import Foundation
import Support

func threadSeconds(_ body: () throws -> Void) rethrows -> Double { try seconds({ ProcessorTime.thread }, body) }

func processSeconds(_ body: () throws -> Void) rethrows -> Double { try seconds({ ProcessorTime.process }, body) }

func wallSeconds(_ body: () throws -> Void) rethrows -> Double { try ContinuousClock().measure(body) / .seconds(1) }

private func seconds(_ now: () -> Double, _ body: () throws -> Void) rethrows -> Double {
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
