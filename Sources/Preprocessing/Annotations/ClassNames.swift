import Support

/// The classes of a data set by name, and how annotations call them.
public struct ClassNames: Sendable, Equatable {
    /// Names by class id.
    public let names: [String]

    public init(_ names: [String]) { self.names = names }

    /// The class that `text` means: a name, whatever its case, or an id.
    ///
    /// - Throws: `Problem` of `source` that lists the classes.
    public func label(_ text: String, source: String) throws -> Int {
        if let label = names.firstIndex(where: { $0.lowercased() == text.lowercased() }) { return label }
        if let label = Int(text), names.indices.contains(label) { return label }
        throw unknown(text, source)
    }

    /// The class of an object called `text`, as people call them: a name with something behind it that is no letter (`nodule 2`, `nodule_0.9`),
    /// or with a single class anything.
    ///
    /// - Throws: `Problem` of `source` that lists the classes.
    public func label(ofObject text: String, source: String) throws -> Int {
        if names.count == 1 { return 0 }
        let small = text.lowercased()
        // Of "mass" and "mass large" the longer one is meant where both fit.
        let fitting = names.indices.filter { index in
            let name = names[index].lowercased()
            return small.hasPrefix(name) && !small.dropFirst(name.count).contains(where: \.isLetter)
        }
        guard let label = fitting.max(by: { names[$0].count < names[$1].count }) else { throw unknown(text, source) }
        return label
    }

    private func unknown(_ text: String, _ source: String) -> Problem {
        Problem(
            source, "'\(text)' is none of the classes, which are \(names.joined(separator: ", "))", remedy: "rename it, or check --classes")
    }
}
