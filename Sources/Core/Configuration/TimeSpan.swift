import Support

/// Spans of time as people write them.
public enum TimeSpan {
    private static let units: [(names: [String], seconds: Double)] = [
        (["d", "day", "days"], 86_400), (["h", "hour", "hours"], 3600), (["m", "min", "minutes"], 60), (["s", "sec", "seconds"], 1),
    ]

    /// Seconds of e.g. `2h`, `1h30m`, `90 min`, `1.5d`, `45s`.
    ///
    /// - Throws: `Problem` naming `name` where `text` is no positive span of time, or of more than 30 years.
    public static func seconds(_ text: String, named name: String) throws -> Double {
        let wrong = Problem(name, "'\(text)' is no span of time", remedy: "write e.g. 2h, 90min or 1h30m")
        var rest = text.lowercased().filter { !$0.isWhitespace }[...]
        var total = 0.0
        guard !rest.isEmpty else { throw wrong }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest.dropFirst(number.count).prefix { $0.isLetter }
            guard let value = Double(number), let factor = units.first(where: { $0.names.contains(String(unit)) })?.seconds else {
                throw wrong
            }
            total += value * factor
            rest = rest.dropFirst(number.count + unit.count)
        }
        guard total > 0, total <= 1e9 else { throw wrong }
        return total
    }
}
