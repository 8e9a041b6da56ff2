/// Decides which anchor is to find which object.
public protocol Matcher: Sendable {
    /// - Returns: per anchor the index of its object, −1 for background, −2 to be left out of the loss.
    func match(anchors: Anchors, groundTruth: [Box]) -> [Int32]
}
