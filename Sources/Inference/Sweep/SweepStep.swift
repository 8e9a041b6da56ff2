import Support

/// What one step of the sweep tried and found; `sweep_<parameter>.json` with the original's keys `<parameter>_<value>` and
/// `best_<parameter>`.
public struct SweepStep: Sendable, Equatable {
    /// A value and the scores that it gave.
    public struct Trial: Sendable, Equatable {
        public let value: SweepValue
        public let scores: [String: Double]
    }

    public let parameter: SweepParameter
    /// The score that decides.
    public let metric: String
    /// The parameters before the step.
    public let state: InferenceParameters
    /// In the order in which they were tried.
    public let trials: [Trial]
    /// Whether the first of equal scores wins, as in the original; otherwise the value before the step is kept where no other is better.
    public let firstOfEquals: Bool
    /// The value of the highest score; the value before the step where no score is a number.
    public let best: SweepValue
    /// NaN where no score is a number.
    public let bestScore: Double
    /// Key of the content that the step worked on; empty where it was not wanted.
    public let inputs: String

    init(
        parameter: SweepParameter, metric: String, state: InferenceParameters, trials: [Trial], inputs: String, firstOfEquals: Bool
    ) {
        self.parameter = parameter
        self.metric = metric
        self.firstOfEquals = firstOfEquals
        self.state = state
        self.trials = trials
        self.inputs = inputs
        var best: (value: SweepValue, score: Double)?
        for trial in trials {
            guard let score = trial.scores[metric], !score.isNaN else { continue }
            let isKept = !firstOfEquals && trial.value == parameter.value(in: state)
            if best.map({ score > $0.score || (isKept && score == $0.score) }) ?? true { best = (trial.value, score) }
        }
        self.best = best?.value ?? parameter.value(in: state)
        bestScore = best?.score ?? .nan
    }

    /// The parameters after the step.
    public var result: InferenceParameters {
        var result = state
        parameter.set(best, in: &result)
        return result
    }

    /// `sweep_<parameter>.json`.
    public static func fileName(_ parameter: SweepParameter) -> String { "sweep_\(parameter.rawValue).json" }
}

extension SweepStep: Codable {
    private static let formatVersion = 2

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }

        static func trial(_ parameter: SweepParameter, _ value: SweepValue) -> Key {
            Key("\(parameter.rawValue)_\(value)".replacing(".", with: "_"))
        }
        static func best(_ parameter: SweepParameter) -> Key { Key("best_\(parameter.rawValue)") }
    }

    private struct Entry: Codable {
        let state: InferenceParameters
        let overwrite: [String: SweepValue]
        let scores: [String: Double]
    }

    private struct Best: Codable {
        let value: SweepValue
        let score: Double
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let version = try values.decode(Int.self, forKey: Key("format_version"))
        guard version == Self.formatVersion else {
            throw DecodingError.dataCorruptedError(
                forKey: Key("format_version"), in: values, debugDescription: "\(version), this program reads \(Self.formatVersion)")
        }
        let parameter = try values.decode(SweepParameter.self, forKey: Key("parameter"))
        let trials = try values.decode([SweepValue].self, forKey: Key("values")).map { value in
            Trial(value: value, scores: try values.decode(Entry.self, forKey: .trial(parameter, value)).scores)
        }
        self.init(
            parameter: parameter, metric: try values.decode(String.self, forKey: Key("metric")),
            state: try values.decode(InferenceParameters.self, forKey: Key("state")), trials: trials,
            inputs: try values.decode(String.self, forKey: Key("inputs")),
            firstOfEquals: try values.decode(Bool.self, forKey: Key("first_of_equals")))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(Self.formatVersion, forKey: Key("format_version"))
        try values.encode(parameter, forKey: Key("parameter"))
        try values.encode(metric, forKey: Key("metric"))
        try values.encode(inputs, forKey: Key("inputs"))
        try values.encode(firstOfEquals, forKey: Key("first_of_equals"))
        try values.encode(state, forKey: Key("state"))
        try values.encode(trials.map(\.value), forKey: Key("values"))
        try values.encode(Best(value: best, score: bestScore), forKey: .best(parameter))
        for trial in trials {
            let entry = Entry(state: state, overwrite: [parameter.rawValue: trial.value], scores: trial.scores)
            try values.encode(entry, forKey: .trial(parameter, trial.value))
        }
    }
}
