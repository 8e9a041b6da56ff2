import Imaging

/// The probabilities of the foreground classes at every voxel of a case; the background's is what they leave of 1.
public struct ClassProbabilities: Sendable, Equatable {
    /// One per foreground class, all of the same shape.
    public let volumes: [Volume<Float>]

    public init(_ volumes: [Volume<Float>]) {
        precondition(!volumes.isEmpty && volumes.allSatisfy { $0.shape == volumes[0].shape }, "the classes must be of one shape")
        self.volumes = volumes
    }

    public var shape: SIMD3<Int> { volumes[0].shape }

    /// Per voxel the class of the highest probability, counted from 1; 0 where the background's is higher.
    public func labels() -> Volume<UInt8> {
        // What the classes leave is the background's, which wins where all are equal.
        var best = background()
        var labels = [UInt8](repeating: 0, count: best.count)
        best.withUnsafeMutableBufferPointer { best in
            labels.withUnsafeMutableBufferPointer { labels in
                for (index, volume) in volumes.enumerated() {
                    volume.voxels.withUnsafeBufferPointer {
                        for i in 0..<best.count where $0[i] > best[i] {
                            best[i] = $0[i]
                            labels[i] = UInt8(clamping: index + 1)
                        }
                    }
                }
            }
        }
        return Volume(shape: shape, voxels: labels)
    }

    /// 1 where the probability of any object is greater than `threshold`, 0 elsewhere.
    public func foreground(above threshold: Double) -> Volume<UInt8> {
        let left = Float(1 - threshold)
        return Volume(shape: shape, voxels: background().map { $0 < left ? 1 : 0 })
    }

    private func background() -> [Float] {
        var background = [Float](repeating: 1, count: volumes[0].voxels.count)
        background.withUnsafeMutableBufferPointer { background in
            for volume in volumes { volume.voxels.withUnsafeBufferPointer { for i in 0..<background.count { background[i] -= $0[i] } } }
        }
        return background
    }
}
