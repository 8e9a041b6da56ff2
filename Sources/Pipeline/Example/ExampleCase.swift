import Core
import Foundation
import Imaging
import Support

/// One image of the toy task: a bright cube in noise, of class 1 with a square tunnel through it (spec 02).
struct ExampleCase: Sendable {
    /// Uniform noise in 0…1, brighter by 0.4 on the object.
    let image: Volume<Float>
    /// 1 on the object.
    let mask: Volume<UInt8>
    /// 0: a cube; 1: a cube with a tunnel.
    let label: Int

    /// Sizes of the cubes.
    static let sides = 16..<32
    /// Thickness of the walls around the tunnel.
    static let wall = 4
    /// Below this, a cube may not fit with room to move.
    static let smallestImage = 36

    /// Case `index` of the data set made from `seed`, with `side` voxels along each axis.
    init(_ index: Int, side: Int, seed: UInt64) {
        var generator = SeededGenerator(seed: seed).split("example").split(UInt64(index))
        let extent = generator.integer(in: Self.sides)
        label = generator.integer(in: 0..<2)
        let start = (0..<3).map { _ in generator.integer(in: 0..<side - extent) }
        var image = Self.noise(side, &generator)
        var mask = Volume(shape: SIMD3(repeating: side), filledWith: UInt8(0))
        let hole = label == 1 ? Self.wall..<extent - Self.wall : 0..<0
        for i in 0..<extent {
            for j in 0..<extent {
                let row = image.offset(start[0] + i, start[1] + j, start[2])
                // The tunnel runs along axis 0.
                for k in 0..<extent where !(hole.contains(j) && hole.contains(k)) {
                    image.voxels[row + k] = min(image.voxels[row + k] + 0.4, 1)
                    mask.voxels[row + k] = 1
                }
            }
        }
        self.image = image
        self.mask = mask
    }

    private static func noise(_ side: Int, _ generator: inout SeededGenerator) -> Volume<Float> {
        let count = side * side * side
        var local = generator
        let voxels = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            for i in 0..<count { buffer[i] = Float(local.next() >> 40) * 0x1p-24 }
            filled = count
        }
        generator = local
        return Volume(shape: SIMD3(repeating: side), voxels: voxels)
    }
}
