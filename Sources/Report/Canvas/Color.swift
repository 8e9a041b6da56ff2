/// A colour, parts in 0…1.
public struct Color: Sendable, Equatable {
    public var red, green, blue, alpha: Double

    public init(_ red: Double, _ green: Double, _ blue: Double, alpha: Double = 1) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// The same with another opacity.
    public func withAlpha(_ alpha: Double) -> Color { Color(red, green, blue, alpha: alpha) }

    public static let white = Color(1, 1, 1)
    public static let black = Color(0, 0, 0)
    /// Of annotated objects: distinguishable from `predicted` without red–green vision.
    public static let annotated = Color(0.25, 0.85, 0.55)
    /// Of predicted objects.
    public static let predicted = Color(1.0, 0.60, 0.10)
}
