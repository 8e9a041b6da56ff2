/// The scores from which on detections count in daily use, chosen on cases with annotations; kept with the model.
public struct OperatingPoint: Codable, Sendable, Equatable {
    /// What a threshold is chosen for.
    public enum Criterion: Sendable, Equatable {
        /// At most so many false positives per scan.
        case falsePositivesPerScan(Double)
        /// At least this share of the objects found, with as few detections as that takes.
        case sensitivity(Double)
        /// The highest F1 score.
        case f1
    }

    /// The threshold of one class, and how its detections did there.
    public struct Threshold: Codable, Sendable, Equatable {
        /// Detections of at least this score count.
        public var score: Float
        /// Share of the annotated objects found; nil where there was none.
        public var sensitivity: Double?
        public var falsePositivesPerScan: Double
        /// Share of the detections that were objects; nil where there was none.
        public var precision: Double?

        enum CodingKeys: String, CodingKey {
            case score, sensitivity, precision
            case falsePositivesPerScan = "fp_per_scan"
        }
    }

    public var criterion: Criterion
    /// Overlap (IoU) from which on a detection has found an object.
    public var overlap: Double
    /// Scans that it was chosen on.
    public var scans: Int
    /// By class id; a class in which nothing was detected has none.
    public var classes: [Int: Threshold]

    /// The thresholds alone.
    public var scores: [Int: Float] { classes.mapValues(\.score) }
}

extension OperatingPoint.Criterion: Codable, CustomStringConvertible {
    /// `fp-per-scan=1`, `sensitivity=0.9` or `f1`.
    public init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count > 1 ? Double(parts[1]) : nil, parts.count) {
        case ("fp-per-scan", let value?, 2) where value >= 0 && value.isFinite: self = .falsePositivesPerScan(value)
        case ("sensitivity", let value?, 2) where value > 0 && value <= 1: self = .sensitivity(value)
        case ("f1", nil, 1): self = .f1
        default: return nil
        }
    }

    public var description: String {
        func number(_ value: Double) -> String { value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)" }
        return switch self {
        case .falsePositivesPerScan(let value): "fp-per-scan=\(number(value))"
        case .sensitivity(let value): "sensitivity=\(number(value))"
        case .f1: "f1"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let criterion = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no criterion of an operating point")
        }
        self = criterion
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
