/// What a data set is called, where it comes from, and what of it must be there.
public struct DatasetCard: Sendable {
    /// How it is called on the command line and in docs/datasets/.
    public let name: String
    /// The task that is made of it.
    public let task: String
    /// What it shows, for people.
    public let title: String
    /// Where its owner tells how to get it.
    public let home: String
    /// What must lie in the raw folder.
    public let parts: [RawPart]
    /// Where the authors of nnDetection offer corrected labels.
    public let correctedLabels: String?

    package init(name: String, task: String, title: String, home: String, parts: [RawPart], correctedLabels: String? = nil) {
        self.name = name
        self.task = task
        self.title = title
        self.home = home
        self.parts = parts
        self.correctedLabels = correctedLabels
    }

    /// The guide, in the documentation.
    public var guide: String { "docs/datasets/\(name).md" }
}

/// A file or folder of a raw data set.
public struct RawPart: Sendable, Equatable {
    /// What it is, for people.
    public let title: String
    /// Where it may lie in the raw folder; `*` stands for anything within a name.
    public let paths: [String]

    package init(_ title: String, _ paths: String...) {
        self.title = title
        self.paths = paths
    }
}
