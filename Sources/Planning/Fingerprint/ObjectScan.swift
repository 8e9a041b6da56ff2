import Imaging

/// Extent and size of every object of an instance map, and every `step`-th foreground voxel, from one pass.
struct ObjectScan {
    struct Extent {
        var lower: SIMD3<Int>
        var upper: SIMD3<Int>
        var voxels = 0
    }

    /// Instance id → extent (inclusive indices).
    var objects: [Int32: Extent] = [:]
    /// Offsets into the voxels of every `step`-th foreground voxel in C order.
    var samples: [Int] = []

    init(_ map: Volume<Int32>, step: Int = 10) {
        var foreground = 0
        let shape = map.shape
        map.voxels.withUnsafeBufferPointer { voxels in
            var position = 0
            for i in 0..<shape.x {
                for j in 0..<shape.y {
                    // Voxels of one object lie in runs along the fastest axis; one look-up per run.
                    var k = 0
                    while k < shape.z {
                        let id = voxels[position + k]
                        guard id > 0 else {
                            k += 1
                            continue
                        }
                        let start = k
                        while k < shape.z, voxels[position + k] == id {
                            if foreground % step == 0 { samples.append(position + k) }
                            foreground += 1
                            k += 1
                        }
                        add(id, SIMD3(i, j, start), SIMD3(i, j, k - 1), count: k - start)
                    }
                    position += shape.z
                }
            }
        }
    }

    private mutating func add(_ id: Int32, _ first: SIMD3<Int>, _ last: SIMD3<Int>, count: Int) {
        var extent = objects[id] ?? Extent(lower: first, upper: last)
        extent.lower.replace(with: first, where: first .< extent.lower)
        extent.upper.replace(with: last, where: last .> extent.upper)
        extent.voxels += count
        objects[id] = extent
    }
}
