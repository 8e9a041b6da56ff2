/// One of several things that a configuration chooses by name; they stand in one table each.
public protocol NamedChoice: Sendable {
    /// What is written in a configuration.
    var name: String { get }
    /// A line for people.
    var summary: String { get }
}

extension Array where Element: NamedChoice {
    /// The entry called `name`.
    ///
    /// - Parameters:
    ///   - name: as it is written in a configuration.
    ///   - key: the key of the configuration that holds the name.
    /// - Throws: `Problem` naming the key and listing the names there are.
    public func named(_ name: String, key: String) throws -> Element {
        guard let found = first(where: { $0.name == name }) else {
            throw Problem(key, "there is no '\(name)'", remedy: "use \(map(\.name).joined(separator: " or "))")
        }
        return found
    }
}
