/// Boxes coordinate by coordinate in blocks of four, so that one is compared with four at a time.
struct BoxColumns {
    private struct Block {
        // An empty place is a box of infinite volume and negative extent: its overlap is 0.
        var lowerX = SIMD4<Float>(repeating: .infinity)
        var lowerY = SIMD4<Float>(repeating: .infinity)
        var lowerZ = SIMD4<Float>(repeating: .infinity)
        var upperX = SIMD4<Float>(repeating: -.infinity)
        var upperY = SIMD4<Float>(repeating: -.infinity)
        var upperZ = SIMD4<Float>(repeating: -.infinity)
        var volume = SIMD4<Float>(repeating: .infinity)
    }

    private var blocks: [Block] = []
    private(set) var count = 0

    init(capacity: Int = 0) { blocks.reserveCapacity(capacity / 4 + 1) }

    mutating func append(_ box: Box) {
        let place = count % 4
        if place == 0 { blocks.append(Block()) }
        let block = blocks.count - 1
        blocks[block].lowerX[place] = box.lower.x
        blocks[block].lowerY[place] = box.lower.y
        blocks[block].lowerZ[place] = box.lower.z
        blocks[block].upperX[place] = box.upper.x
        blocks[block].upperY[place] = box.upper.y
        blocks[block].upperZ[place] = box.upper.z
        blocks[block].volume[place] = box.volume
        count += 1
    }

    /// The box at `index` overlaps no other any more.
    mutating func remove(at index: Int) { blocks[index / 4].volume[index % 4] = .infinity }

    /// Whether one of the boxes shares more than `threshold` IoU with `box`, or has no volume like `box`.
    func contains(overlapping box: Box, by threshold: Float) -> Bool {
        let volume = box.volume
        return blocks.withUnsafeBufferPointer { blocks in
            for block in blocks {
                let (shared, union) = Self.overlaps(block, box, volume)
                if any((shared / union .> threshold) .| (union .== 0)) { return true }
            }
            return false
        }
    }

    /// Appends index and IoU of every box from `start` on that shares more than `threshold` IoU with `box`.
    func collect(overlapping box: Box, by threshold: Float, from start: Int, into found: inout [(index: Int, overlap: Float)]) {
        let volume = box.volume
        blocks.withUnsafeBufferPointer { blocks in
            for position in start / 4..<blocks.count {
                let (shared, union) = Self.overlaps(blocks[position], box, volume)
                let overlaps = shared / union
                guard any(overlaps .> threshold) else { continue }
                for place in 0..<4 where overlaps[place] > threshold && position * 4 + place >= start {
                    found.append((position * 4 + place, overlaps[place]))
                }
            }
        }
    }

    /// Shared and united volume with each.
    @inline(__always)
    private static func overlaps(_ block: Block, _ box: Box, _ volume: Float) -> (shared: SIMD4<Float>, union: SIMD4<Float>) {
        let x = shared(block.lowerX, block.upperX, box.lower.x, box.upper.x)
        let y = shared(block.lowerY, block.upperY, box.lower.y, box.upper.y)
        let z = shared(block.lowerZ, block.upperZ, box.lower.z, box.upper.z)
        let shared = x * y * z
        return (shared, block.volume + volume - shared)
    }

    /// Length of the common part along one axis.
    @inline(__always)
    private static func shared(_ lower: SIMD4<Float>, _ upper: SIMD4<Float>, _ otherLower: Float, _ otherUpper: Float) -> SIMD4<Float> {
        let from = lower.replacing(with: otherLower, where: lower .< otherLower)
        let to = upper.replacing(with: otherUpper, where: upper .> otherUpper)
        let length = to - from
        return length.replacing(with: 0, where: length .< 0)
    }
}
