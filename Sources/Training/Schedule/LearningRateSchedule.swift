import Foundation

/// The learning rate of every iteration: linear warm-up, polynomial decay, then one falling cycle per averaging epoch (spec 07).
///
/// Differs from the original as docs/explanation says: the decay completes, and the cycles fall instead of rising.
public struct LearningRateSchedule: Sendable, Equatable {
    public var initial: Double
    public var warmUpRate: Double
    public var warmUpIterations: Int
    public var gamma: Double
    public var iterationsPerEpoch: Int
    /// Epochs of warm-up and decay.
    public var epochs: Int
    /// Epochs of weight averaging that follow.
    public var averagingEpochs: Int

    public init(
        initial: Double, warmUpRate: Double, warmUpIterations: Int, gamma: Double, iterationsPerEpoch: Int, epochs: Int,
        averagingEpochs: Int
    ) {
        self.initial = initial
        self.warmUpRate = warmUpRate
        self.warmUpIterations = warmUpIterations
        self.gamma = gamma
        self.iterationsPerEpoch = iterationsPerEpoch
        self.epochs = epochs
        self.averagingEpochs = averagingEpochs
    }

    /// Rate of iteration `i` (0-based over the whole run).
    public func rate(at i: Int) -> Double {
        i < epochs * iterationsPerEpoch ? decayRate(at: i) : cycleRate(at: i - epochs * iterationsPerEpoch)
    }

    /// Warm-up, then polynomial decay. The decay is evaluated one iteration ahead, as the original's scheduler does.
    public func decayRate(at i: Int) -> Double {
        let total = epochs * iterationsPerEpoch
        if i < warmUpIterations { return warmUpRate + (initial - warmUpRate) * Double(i + 1) / Double(warmUpIterations) }
        let length = total - warmUpIterations
        guard length > 0 else { return initial }
        return initial * pow(1 - Double(min(i + 1 - warmUpIterations, length - 1)) / Double(length), gamma)
    }

    /// One cycle per epoch, from a tenth of the initial rate down to a thousandth.
    private func cycleRate(at i: Int) -> Double {
        let position = Double(i % iterationsPerEpoch) / Double(max(1, iterationsPerEpoch - 1))
        return initial / 10 + (initial / 1000 - initial / 10) * position
    }
}
