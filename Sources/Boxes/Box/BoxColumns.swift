/// Boxes coordinate by coordinate in blocks of four, so that one is compared with four at a time.
struct BoxColumns {
    private struct Block {
        // Empty places hold NaN, which no comparison finds greater.
        var lowerX = SIMD4<Float>(repeating: .nan)
        var lowerY = SIMD4<Float>(repeating: .nan)
        var lowerZ = SIMD4<Float>(repeating: .nan)
        var upperX = SIMD4<Float>(repeating: .nan)
        var upperY = SIMD4<Float>(repeating: .nan)
        var upperZ = SIMD4<Float>(repeating: .nan)
        var volume = SIMD4<Float>(repeating: .nan)
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
    mutating func remove(at index: Int) { blocks[index / 4].volume[index % 4] = .nan }

    /// Whether one of the boxes shares more than `threshold` IoU with `box`.
    func contains(overlapping box: Box, by threshold: Float) -> Bool {
        let volume = box.volume
        return blocks.withUnsafeBufferPointer { blocks in
            for block in blocks where any(Self.overlaps(block, box, volume) .> threshold) { return true }
            return false
        }
    }

    /// Appends index and IoU of every box from `start` on that shares more than `threshold` IoU with `box`.
    func collect(overlapping box: Box, by threshold: Float, from start: Int, into found: inout [(index: Int, overlap: Float)]) {
        let volume = box.volume
        blocks.withUnsafeBufferPointer { blocks in
            for position in start / 4..<blocks.count {
                let overlaps = Self.overlaps(blocks[position], box, volume)
                guard any(overlaps .> threshold) else { continue }
                for place in 0..<4 where overlaps[place] > threshold && position * 4 + place >= start {
                    found.append((position * 4 + place, overlaps[place]))
                }
            }
        }
    }

    /// IoU of each; not a number for two boxes without volume and for removed ones.
    @inline(__always)
    private static func overlaps(_ block: Block, _ box: Box, _ volume: Float) -> SIMD4<Float> {
        let x = shared(block.lowerX, block.upperX, box.lower.x, box.upper.x)
        let y = shared(block.lowerY, block.upperY, box.lower.y, box.upper.y)
        let z = shared(block.lowerZ, block.upperZ, box.lower.z, box.upper.z)
        let shared = x * y * z
        return shared / (block.volume + volume - shared)
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
