import Foundation

/// Something that came from outside and cannot be used: what it is, what is wrong with it, and what to do.
///
/// The command line prints one as a single line, `subject: problem (remedy)`.
public struct Problem: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
    /// The file, key or option that the problem lies in.
    public let subject: String
    /// What is wrong with it.
    public let problem: String
    /// What the user can do about it.
    public let remedy: String?

    public init(_ subject: String, _ problem: String, remedy: String? = nil) {
        self.subject = subject
        self.problem = problem
        self.remedy = remedy
    }

    /// A problem of the file at `url`.
    public init(_ url: URL, _ problem: String, remedy: String? = nil) {
        self.init(url.path, problem, remedy: remedy)
    }

    /// One line, whatever names from outside hold.
    public var description: String {
        let text = "\(subject): \(problem)" + (remedy.map { " (\($0))" } ?? "")
        guard text.contains(where: \.isNewline) else { return text }
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    public var errorDescription: String? { description }
}
