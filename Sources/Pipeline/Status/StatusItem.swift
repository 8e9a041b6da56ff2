/// One thing that has to be done for a task, and how far it is.
public struct StatusItem: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable {
        case done, running, missing
        /// Begun, and no program is at work on it.
        case stopped
        /// There is nothing to do.
        case none
    }

    /// What it is, e.g. `fold 0`.
    public let name: String
    public let state: State
    /// For people: counts, scores.
    public let detail: String
    /// Seconds of work that are left; nil where nothing is known of it.
    public let secondsLeft: Double?

    enum CodingKeys: String, CodingKey {
        case name, state, detail
        case secondsLeft = "seconds_left"
    }

    init(_ name: String, _ state: State, _ detail: String, secondsLeft: Double? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.secondsLeft = secondsLeft
    }
}
