import Foundation
import Support

/// A large reference array of which every `stride`-th element is kept, with statistics of the whole (`samples.json`).
public struct SampledArray: Sendable, Decodable {
    public let shape: [Int]
    public let stride: Int
    public let mean: Double
    public let std: Double
    public let absmax: Double
}

extension SeedFolder {
    /// The sampled arrays of `path`, by name.
    public func samples(of path: String) throws -> [String: SampledArray] {
        try json([String: [String: SampledArray]].self, "samples.json")[path] ?? [:]
    }

    /// Largest absolute deviation of `values` (C order) from the reference array `name` of `path`, sampled or whole,
    /// and from its statistics; and the reference's standard deviation and largest magnitude.
    public func deviation(_ values: [Float], from name: String, in path: String, arrays: [String: NPYArray]) throws -> Deviation {
        let mine = values.map(Double.init)
        if let whole = arrays[name] {
            let theirs = whole.doubles()
            guard theirs.count == mine.count else { return Deviation(largest: .infinity, std: 1, absmax: 1) }
            let largest = zip(mine, theirs).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
            let mean = theirs.reduce(0, +) / Double(max(1, theirs.count))
            let variance = theirs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, theirs.count))
            return Deviation(largest: largest, std: variance.squareRoot(), absmax: theirs.reduce(0) { max($0, abs($1)) })
        }
        guard let sample = try samples(of: path)[name], let kept = arrays["\(name).sample"]?.doubles(),
            mine.count == sample.shape.reduce(1, *)
        else { return Deviation(largest: .infinity, std: 1, absmax: 1) }
        var largest = 0.0
        for (index, value) in kept.enumerated() { largest = max(largest, abs(mine[index * sample.stride] - value)) }
        let mean = mine.reduce(0, +) / Double(mine.count)
        let std = (mine.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(mine.count)).squareRoot()
        largest = max(largest, abs(mean - sample.mean), abs(std - sample.std), abs(mine.reduce(0) { max($0, abs($1)) } - sample.absmax))
        return Deviation(largest: largest, std: sample.std, absmax: sample.absmax)
    }
}

/// How far an array lies from its reference.
public struct Deviation: Sendable {
    public let largest: Double
    public let std: Double
    public let absmax: Double
}
