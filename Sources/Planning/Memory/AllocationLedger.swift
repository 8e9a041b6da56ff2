/// Counts bytes that are taken and given back, and remembers the moment at which the process or device held most.
package struct AllocationLedger {
    package typealias Part = MemoryEstimate.Part

    /// Blocks of fewer bytes stay with the allocator when they are given back (for others of that kind), larger ones return to the system.
    package let keepsBelow: Int
    private var live = Part.allCases.map { _ in 0 }
    private var kept = 0
    /// Most bytes in small blocks at any time.
    package private(set) var keptPeak = 0
    private var returned = 0
    private var peak = -1
    private var atPeak: [Int] = []

    package init(keepsBelow: Int) { self.keepsBelow = keepsBelow }

    package mutating func take(_ bytes: Int, _ part: Int) {
        live[part] += bytes
        if bytes < keepsBelow {
            kept += bytes
            keptPeak = max(keptPeak, kept)
        } else {
            returned += bytes
        }
        guard keptPeak + returned > peak else { return }
        peak = keptPeak + returned
        atPeak = live
        atPeak[Self.reserve] += keptPeak - kept
    }

    package mutating func give(_ bytes: Int, _ part: Int) {
        live[part] -= bytes
        if bytes < keepsBelow { kept -= bytes } else { returned -= bytes }
    }

    /// Bytes by part at the peak; what the allocator kept without use then is `reserve`.
    package var estimate: MemoryEstimate { MemoryEstimate(bytes: atPeak.isEmpty ? live : atPeak) }

    static func index(_ part: Part) -> Int { Part.allCases.firstIndex(of: part) ?? 0 }
    private static let reserve = index(.reserve)
}
