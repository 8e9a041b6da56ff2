extension Document {
    /// The value below the keys of `path`.
    public func value(at path: [String]) -> Document? {
        path.reduce(Optional(self)) { $0?[$1] }
    }

    /// With `value` at `path`; a map is merged into a map that is there. Missing maps are made.
    public func setting(_ path: [String], to value: Document) -> Document {
        guard let key = path.first else { return merging(value) }
        var map: [String: Document] = [:]
        if case .map(let present) = self { map = present }
        map[key] = (map[key] ?? .map([:])).setting(Array(path.dropFirst()), to: value)
        return .map(map)
    }

    /// Maps merged key by key; anything else of `other` replaces what is here.
    public func merging(_ other: Document) -> Document {
        guard case .map(let mine) = self, case .map(let theirs) = other else { return other }
        return .map(mine.merging(theirs) { $0.merging($1) })
    }

    /// Paths to everything that is not a map with content, sorted.
    public func leaves() -> [[String]] {
        guard case .map(let map) = self, !map.isEmpty else { return [[]] }
        return map.keys.sorted().flatMap { key in (map[key]?.leaves() ?? []).map { [key] + $0 } }
    }
}
