/// Overlap of predicted and true segmentation over all voxels added (`seg_dice`; spec 07 and 09).
public struct SegmentationDice: Sendable {
    private var both: [Int]
    private var predicted: [Int]
    private var labelled: [Int]

    /// - Parameter classes: number of classes with the background, which does not count.
    public init(classes: Int = 2) {
        both = [Int](repeating: 0, count: classes)
        predicted = both
        labelled = both
    }

    /// Adds voxels: predicted and true class of each; classes out of range count as background.
    public mutating func add(prediction: [Int32], truth: [Int32]) {
        precondition(prediction.count == truth.count, "one prediction per voxel")
        let classes = Int32(both.count)
        for index in prediction.indices {
            let (mine, theirs) = (prediction[index], truth[index])
            if mine > 0 && mine < classes { predicted[Int(mine)] += 1 }
            if theirs > 0 && theirs < classes { labelled[Int(theirs)] += 1 }
            if mine == theirs, mine > 0, mine < classes { both[Int(mine)] += 1 }
        }
    }

    /// Adds voxels given by class probabilities `[batch, classes, voxels]`; the most probable class is the prediction.
    public mutating func add(probabilities: [Float], batch: Int, truth: [Int32]) {
        let classes = both.count
        let voxels = probabilities.count / max(1, batch * classes)
        precondition(probabilities.count == batch * classes * voxels && truth.count == batch * voxels, "probabilities for every voxel")
        var prediction = [Int32](repeating: 0, count: truth.count)
        probabilities.withUnsafeBufferPointer { probabilities in
            for image in 0..<batch {
                let base = image * classes * voxels
                for voxel in 0..<voxels {
                    var best = probabilities[base + voxel]
                    for label in 1..<classes where probabilities[base + label * voxels + voxel] > best {
                        best = probabilities[base + label * voxels + voxel]
                        prediction[image * voxels + voxel] = Int32(label)
                    }
                }
            }
        }
        add(prediction: prediction, truth: truth)
    }

    /// Adds the voxels of another count of the same classes.
    public mutating func add(_ other: SegmentationDice) {
        for label in both.indices {
            both[label] += other.both[label]
            predicted[label] += other.predicted[label]
            labelled[label] += other.labelled[label]
        }
    }

    /// 2·both / (predicted + labelled) of each foreground class; nil for those that appear in neither.
    public var perClass: [Double?] {
        both.indices.dropFirst().map { label in
            let sum = predicted[label] + labelled[label]
            return sum > 0 ? 2 * Double(both[label]) / Double(sum) : nil
        }
    }

    /// Mean over the foreground classes that appear; nil where none does.
    public var value: Double? {
        let scores = perClass.compactMap { $0 }
        return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }
}
