/// Where a tensor lives.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Int32, Sendable {
        case cpu = 0
        case cuda = 1
    }

    public let type: Kind
    public let index: Int

    public static let cpu = Device(type: .cpu, index: -1)
    public static func cuda(_ index: Int = 0) -> Device { Device(type: .cuda, index: index) }

    /// Reads `cpu`, `cuda` or `cuda:1`.
    public init?(_ text: String) {
        if text == "cpu" { self = .cpu; return }
        let parts = text.split(separator: ":")
        guard parts.first == "cuda", parts.count <= 2 else { return nil }
        guard parts.count == 2 else { self = .cuda(); return }
        guard let index = Int(parts[1]), index >= 0 else { return nil }
        self = .cuda(index)
    }

    init(type: Kind, index: Int) {
        self.type = type
        self.index = index
    }

    public var description: String { type == .cpu ? "cpu" : "cuda:\(index)" }
}
