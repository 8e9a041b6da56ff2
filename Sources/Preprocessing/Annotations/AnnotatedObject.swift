/// An object that somebody has marked.
public struct AnnotatedObject: Sendable, Equatable {
    public var shape: AnnotatedShape
    /// Class id from 0.
    public var label: Int
    /// Where it stands, for messages: a file, or a line of one.
    public var source: String

    public init(_ shape: AnnotatedShape, label: Int, source: String) {
        self.shape = shape
        self.label = label
        self.source = source
    }
}
