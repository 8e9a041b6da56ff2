import Support

/// One `key=value` of the command line.
public struct ConfigurationOverride: Sendable, Equatable {
    /// A part chosen by name (`train=toy`), or a value.
    enum Target: Equatable {
        case group(ConfigurationFiles.Group)
        case key([String])
    }

    let target: Target
    let value: Document
    let text: String

    /// Parses `key=value`; a leading `+` is allowed and changes nothing.
    ///
    /// - Throws: `Problem` quoting what cannot be understood.
    public init(_ text: String) throws {
        self.text = text
        var key = text
        guard !key.hasPrefix("~") else { throw Problem("-o \(text)", "keys cannot be removed; set a value instead") }
        while key.hasPrefix("+") { key.removeFirst() }
        guard let equals = key.firstIndex(of: "="), equals != key.startIndex else {
            throw Problem("-o \(text)", "is not of the form key=value")
        }
        let written = String(key[key.index(after: equals)...])
        key = String(key[..<equals])
        if let first = written.first, "[{\"'".contains(first) {
            value = try Document(yaml: written, named: "-o \(text)")
        } else {
            value = written.isEmpty ? .text("") : Document(plain: written)
        }
        if let group = ConfigurationFiles.Group(overrideKey: key) {
            target = .group(group)
        } else {
            var path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard !path.contains("") else { throw Problem("-o \(text)", "is not of the form key=value") }
            // The original's second name of the same keys.
            if path.starts(with: ["augment_cfg", "augmentation"]), path.count > 2 { path.removeFirst() }
            try ConfigurationKeys.checkRefused(path.joined(separator: "."))
            target = .key(path)
        }
    }
}
