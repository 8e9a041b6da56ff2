import Foundation

/// Something about an image that its user should know: what its file lacks, contradicts or makes unusual, and what was done.
public struct ImageNotice: Sendable, Hashable, CustomStringConvertible {
    /// The file, or the folder of a series.
    public let url: URL
    public let text: String

    public init(_ url: URL, _ text: String) {
        self.url = url
        self.text = text
    }

    public var description: String { "\(url.path): \(text)" }
}
