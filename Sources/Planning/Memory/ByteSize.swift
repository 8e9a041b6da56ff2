import Foundation
import Support

/// Amounts of memory as people write them.
public enum ByteSize {
    private static let units: [(suffix: String, factor: Double)] = [
        ("kib", 0x1p10), ("mib", 0x1p20), ("gib", 0x1p30), ("tib", 0x1p40),
        ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("k", 0x1p10), ("m", 0x1p20), ("g", 0x1p30), ("t", 0x1p40), ("b", 1),
    ]

    /// Bytes of e.g. `8GB`, `10.5 GiB`, `11G` (binary) or `11523260416`.
    ///
    /// - Throws: `Problem` naming `option` when `text` is not a positive amount.
    public static func bytes(_ text: String, option: String = "memory") throws -> Int {
        let trimmed = text.trimmingCharacters(in: .whitespaces).lowercased()
        let unit = units.first { trimmed.hasSuffix($0.suffix) }
        let number = trimmed.dropLast(unit?.suffix.count ?? 0).trimmingCharacters(in: .whitespaces)
        guard let value = Double(number), value > 0, let bytes = Int(exactly: (value * (unit?.factor ?? 1)).rounded()) else {
            throw Problem(option, "'\(text)' is not an amount of memory", remedy: "write e.g. 8GiB, 11.5GB or a number of bytes")
        }
        return bytes
    }

    /// `bytes` for people, e.g. `10.7 GiB`.
    public static func text(_ bytes: Int) -> String {
        let value = Double(bytes)
        if value >= 0x1p30 { return String(format: "%.1f GiB", value / 0x1p30) }
        if value >= 0x1p20 { return String(format: "%.0f MiB", value / 0x1p20) }
        return String(format: "%.0f KiB", value / 0x1p10)
    }
}
