import Core
import Imaging

/// Every object of an instance map, and every `step`-th foreground voxel, from one pass.
struct ObjectScan {
    /// Ascending id.
    let objects: [InstanceExtent]
    /// Offsets into the voxels of every `step`-th foreground voxel in C order.
    let samples: [Int]

    init(_ map: Volume<Int32>, step: Int = 10) {
        var samples: [Int] = []
        // Foreground voxels until the next sample.
        var rest = 0
        objects = map.voxels.withUnsafeBufferPointer { voxels in
            InstanceExtent.extents(of: voxels, shape: map.shape) { run in
                var offset = run.lowerBound + rest
                while offset < run.upperBound {
                    samples.append(offset)
                    offset += step
                }
                rest = offset - run.upperBound
            }
        }
        self.samples = samples
    }
}
