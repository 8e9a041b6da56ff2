import Core
import Support

/// A set of random changes that `augmentation.transforms` can name; the other keys of `augmentation` say how strong they are (spec 05).
public struct AugmentationSet: NamedChoice {
    public let name: String
    public let summary: String
    /// The changes of intensity, in order; nil for a set without any change at all.
    ///
    /// Takes the keys, and the axes that a lower resolution does not touch.
    public let intensities: (@Sendable (_ options: Configuration.Augmentation, _ keeps: [Int]) -> [any PatchTransform])?

    public init(
        name: String, summary: String,
        intensities: (@Sendable (_ options: Configuration.Augmentation, _ keeps: [Int]) -> [any PatchTransform])?
    ) {
        self.name = name
        self.summary = summary
        self.intensities = intensities
    }

    /// The sets there are. Another one needs a file of its own and a word here.
    public static let all = [none, standard, baseMore, more, insane]
}
