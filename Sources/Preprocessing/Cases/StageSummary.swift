/// What a step did with the cases of a task.
public struct StageSummary: Sendable, Equatable {
    /// Cases worked on.
    public var done: Int
    /// Cases whose inputs and options had not changed.
    public var unchanged: Int

    public init(done: Int = 0, unchanged: Int = 0) {
        self.done = done
        self.unchanged = unchanged
    }

    /// Counts the outcomes of single cases: true where there was work to do.
    init(_ worked: [Bool]) {
        done = worked.count { $0 }
        unchanged = worked.count - done
    }
}
