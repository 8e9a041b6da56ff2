import Boxes
import Support

extension SeededGenerator {
    /// A box with its lower corner in 0…extent and sides of 1…largest voxels; 2D boxes span 0…1 on axis 2.
    mutating func box(extent: Double = 64, largest: Double = 24, dimension: Int = 3) -> Box {
        func vector(_ body: () -> Float) -> SIMD3<Float> { SIMD3(body(), body(), body()) }
        var lower = vector { Float(uniform(0, extent)) }
        var upper = lower + vector { Float(uniform(1, largest)) }
        if dimension == 2 { (lower.z, upper.z) = (0, 1) }
        return Box(lower: lower, upper: upper)
    }

    mutating func boxes(_ count: Int, extent: Double = 64, largest: Double = 24, dimension: Int = 3) -> [Box] {
        (0..<count).map { _ in box(extent: extent, largest: largest, dimension: dimension) }
    }

    /// `count` boxes in clusters of jittered copies, as a detector gives them.
    mutating func clusteredBoxes(_ count: Int, clusters: Int, extent: Double, jitter: Double = 3) -> [Box] {
        let seeds = boxes(clusters, extent: extent, largest: 24)
        return (0..<count).map { _ in
            let seed = seeds[integer(in: 0..<clusters)]
            func noise() -> SIMD3<Float> {
                SIMD3(Float(uniform(-jitter, jitter)), Float(uniform(-jitter, jitter)), Float(uniform(-jitter, jitter)))
            }
            let lower = seed.lower + noise()
            return Box(lower: lower, upper: pointwiseMax(seed.upper + noise(), lower + 1))
        }
    }

    mutating func scores(_ count: Int) -> [Float] { (0..<count).map { _ in Float(uniform()) } }
}

extension Box {
    init(_ numbers: Float...) { self.init(flat: numbers) }
}
