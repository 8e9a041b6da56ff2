import Foundation

/// Turns samples into the coefficients of the cubic B-spline through them; a line is mirrored at its outermost samples (scipy's spline
/// filter for the mode `constant`).
enum SplineFilter {
    typealias Lanes = SIMD16<Float>

    /// Lines that are filtered side by side.
    static let lanes = 16
    /// Samples behind which the filter has forgotten what came before, to 2e-6.
    static let reach = 10
    private static let pole = 3.0.squareRoot() - 2

    /// Filters lines that lie side by side, in place: `count` samples, `stride` apart; `columns` lines, a multiple of `lanes`.
    static func filter(_ rows: UnsafeMutablePointer<Float>, stride: Int, count: Int, columns: Int) {
        guard count > 1 else { return }
        let z = Float(pole)
        let end = Float(pole / (pole * pole - 1))
        beginning(count).withUnsafeBufferPointer { start in
            // What a row passes on to the next stays in registers.
            for column in Swift.stride(from: 0, to: columns, by: lanes) {
                let first = rows + column
                var value = Lanes.zero
                for index in 0..<start.count { value += start[index] * load(first + index &* stride) }
                store(value, first)
                var place = first
                for _ in 1..<count - 1 {
                    place += stride
                    value = 6 * load(place) + z * value
                    store(value, place)
                }
                place += stride
                value = end * (2 * z * value + 6 * load(place))
                store(value, place)
                for _ in 1..<count {
                    place -= stride
                    value = z * (value - load(place))
                    store(value, place)
                }
            }
        }
    }

    /// The impulse response, from its middle outwards.
    static var response: [Float] { (0...reach).map { Float(3.0.squareRoot() * pow(pole, Double($0))) } }

    /// The place in a line of `count` samples of what stands at `index`, inside or outside of it.
    static func mirrored(_ index: Int, _ count: Int) -> Int {
        if index >= 0 && index < count { return index }
        guard count > 1 else { return 0 }
        let period = 2 * count - 2
        let place = ((index % period) + period) % period
        return place < count ? place : period - place
    }

    /// The weights of the first samples in the first value of the causal filter, a sum over the mirrored line, which is periodic.
    private static func beginning(_ count: Int) -> [Float] {
        let period = Double(2 * count - 2)
        let scale = 6 / (1 - pow(pole, period))
        return (0..<min(count, 2 * reach)).map { index in
            let mirrored = index > 0 && index < count - 1 ? pow(pole, period - Double(index)) : 0
            return Float((pow(pole, Double(index)) + mirrored) * scale)
        }
    }

    @inline(__always)
    static func load(_ from: UnsafeMutablePointer<Float>) -> Lanes { UnsafeRawPointer(from).loadUnaligned(as: Lanes.self) }

    @inline(__always)
    static func store(_ value: Lanes, _ to: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(to).storeBytes(of: value, as: Lanes.self)
    }
}

/// The spline filter along rows, where no sample may wait for the one before it: a sum with the impulse response instead, cut where it
/// falls below 2e-6.
final class SplineRowFilter {
    /// Where the samples of a row go before it is filtered.
    let samples: UnsafeMutablePointer<Float>
    private let count: Int
    private let range: Range<Int>
    private let memory: UnsafeMutablePointer<Float>
    private let response: UnsafeMutablePointer<Float>

    /// - Parameters:
    ///   - count: samples of a row.
    ///   - first, end: those whose coefficients are wanted.
    init(count: Int, from first: Int, to end: Int) {
        self.count = count
        range = first..<end
        let reach = SplineFilter.reach
        let room = count + 2 * reach + SplineFilter.lanes
        memory = .allocate(capacity: room)
        memory.initialize(repeating: 0, count: room)
        samples = memory + reach
        response = .allocate(capacity: reach + 1)
        response.initialize(from: SplineFilter.response, count: reach + 1)
    }

    deinit {
        memory.deallocate()
        response.deallocate()
    }

    /// Filters `samples` into `target`.
    func apply(to target: UnsafeMutablePointer<Float>) {
        for distance in 1...SplineFilter.reach {
            samples[-distance] = samples[SplineFilter.mirrored(-distance, count)]
            samples[count - 1 + distance] = samples[SplineFilter.mirrored(count - 1 + distance, count)]
        }
        let (first, wanted, lanes) = (samples + range.lowerBound, range.count, SplineFilter.lanes)
        var k = 0
        while k + lanes <= wanted {
            SplineFilter.store(sum(first + k), target + k)
            k += lanes
        }
        guard k < wanted else { return }
        // The rest of a row overlaps with what is done already; what overhangs a short row is dropped.
        if wanted >= lanes { return SplineFilter.store(sum(first + (wanted - lanes)), target + (wanted - lanes)) }
        let short = sum(first)
        for k in 0..<wanted { target[k] = short[k] }
    }

    @inline(__always)
    private func sum(_ place: UnsafeMutablePointer<Float>) -> SplineFilter.Lanes {
        var value = response[0] * SplineFilter.load(place)
        for distance in 1...SplineFilter.reach {
            value += response[distance] * (SplineFilter.load(place - distance) + SplineFilter.load(place + distance))
        }
        return value
    }
}
