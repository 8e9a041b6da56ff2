/// Bytes that training takes on its device at the moment at which it takes most, by what takes them.
public struct MemoryEstimate: Sendable, Equatable {
    /// What takes memory, in the order in which it is listed.
    public enum Part: String, Sendable, CaseIterable {
        /// In 32 bits, and the copies in 16 bits that mixed precision computes with.
        case weights
        case gradients
        /// Momentum, and the running average of the weights.
        case optimizer
        /// Images and segmentation targets.
        case input
        /// Maps of the encoder that the backward pass needs.
        case encoder
        case decoder
        case head
        /// Anchors, matches and the search for hard negatives.
        case matching
        /// Foreground logits, probabilities and products of their losses.
        case segmentation
        /// Gradients of maps in flight.
        case backward
        /// Copies and scratch memory of the convolution that is computed.
        case workspace
        /// What the allocator holds but nobody uses.
        case reserve
        /// What the device takes for itself.
        case device
    }

    private var bytes: [Int]

    public init() { bytes = Part.allCases.map { _ in 0 } }

    init(bytes: [Int]) { self.bytes = bytes }

    public subscript(part: Part) -> Int {
        get { Part.allCases.firstIndex(of: part).map { bytes[$0] } ?? 0 }
        set { if let index = Part.allCases.firstIndex(of: part) { bytes[index] = newValue } }
    }

    public var total: Int { bytes.reduce(0, +) }
    /// All parts that take something, in their order.
    public var parts: [(part: Part, bytes: Int)] { Array(zip(Part.allCases, bytes)).filter { $0.1 > 0 } }
}
