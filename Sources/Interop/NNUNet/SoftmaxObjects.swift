import Boxes
import Core
import Imaging

/// An object found in nnU-Net's probabilities, with all that the settings choose from.
public struct SoftmaxObject: Codable, Sendable, Equatable {
    /// The object's first and last voxel along axes 0, 1, 2.
    public let lower: SIMD3<Int>
    public let upper: SIMD3<Int>
    public let voxels: Int
    /// Class id from 0.
    public let label: Int
    /// By `NNUNetSettings.Aggregation.allCases`.
    public let scores: [Float]
}

/// The objects of one case at one threshold: connected voxels of any class.
public struct SoftmaxObjects: Codable, Sendable, Equatable {
    public let threshold: Double?
    /// By first voxel.
    public let objects: [SoftmaxObject]

    /// What is left with `settings`, whose threshold must be this one.
    public func detections(_ settings: NNUNetSettings) -> Detections {
        let kept = kept(settings)
        let place = NNUNetSettings.Aggregation.allCases.firstIndex(of: settings.aggregation) ?? 0
        return Detections(
            boxes: kept.map { object in
                let (lower, upper) = (objects[object].lower &- 1, objects[object].upper &+ 1)
                return Box(lower: SIMD3<Float>(lower), upper: SIMD3<Float>(upper))
            }, scores: kept.map { objects[$0].scores[place] }, labels: kept.map { objects[$0].label })
    }

    private func kept(_ settings: NNUNetSettings) -> [Int] { objects.indices.filter { objects[$0].voxels >= settings.minVoxels } }

    /// The instance map and its detections, the one of number 1 first.
    ///
    /// - Parameters:
    ///   - components: as `NNUNetProbabilities.objects` gives them.
    ///   - settings: as for `detections`; objects that they drop become background.
    public func instances(_ components: Volume<Int32>, _ settings: NNUNetSettings) -> (map: Volume<Int32>, detections: Detections) {
        var numbers = [Int32](repeating: 0, count: objects.count + 1)
        for (number, object) in kept(settings).enumerated() { numbers[object + 1] = Int32(number + 1) }
        return (Volume(shape: components.shape, voxels: components.voxels.map { numbers[Int($0)] }), detections(settings))
    }
}

extension NNUNetProbabilities {
    /// The class of each voxel (from 1, 0 elsewhere); stuff counts as background.
    ///
    /// Without a threshold the largest probability decides. With one, a voxel is foreground where a class has more than it, and the largest of
    /// the classes decides.
    /// - Parameters:
    ///   - threshold: probability, 0…1; nil: none.
    ///   - things: classes that become objects, the first ones.
    public func labels(threshold: Double?, things: Int) -> Volume<UInt8> {
        let count = channels[0].count
        var best = channels[threshold == nil ? 0 : 1].voxels
        var labels = [UInt8](repeating: threshold == nil ? 0 : 1, count: count)
        for label in (threshold == nil ? 1 : 2)..<max(channels.count, 2) where label < channels.count {
            channels[label].voxels.withUnsafeBufferPointer { values in
                best.withUnsafeMutableBufferPointer { best in
                    labels.withUnsafeMutableBufferPointer { labels in
                        for i in 0..<count where values[i] > best[i] {
                            best[i] = values[i]
                            labels[i] = UInt8(clamping: label)
                        }
                    }
                }
            }
        }
        labels.withUnsafeMutableBufferPointer { labels in
            for i in 0..<count where Int(labels[i]) > things { labels[i] = 0 }
            guard let threshold else { return }
            // NumPy compares in the type of the probabilities.
            for i in 0..<count where !(best[i] > Float(threshold)) { labels[i] = 0 }
        }
        return Volume(shape: channels[0].shape, voxels: labels)
    }

    /// The objects at `threshold`, and the map of their numbers (from 1, in their order).
    ///
    /// Voxels that touch at faces, edges or corners belong together, whatever their classes; the class of most of them is the object's, the
    /// smallest of equal ones.
    public func objects(threshold: Double?, things: Int) -> (objects: SoftmaxObjects, components: Volume<Int32>) {
        let labels = labels(threshold: threshold, things: things)
        let components = labels.connectedComponents(connectivity: .corners).labels
        var runs: [Int32: [Range<Int>]] = [:]
        let extents = components.voxels.withUnsafeBufferPointer { numbers in
            InstanceExtent.extents(of: numbers, shape: components.shape) { runs[numbers[$0.lowerBound], default: []].append($0) }
        }
        let objects = extents.map { extent in
            let runs = runs[Int32(extent.id)] ?? []
            var votes = [Int](repeating: 0, count: things + 1)
            for run in runs { for voxel in run { votes[Int(labels.voxels[voxel])] += 1 } }
            let label = votes.indices.dropFirst().reduce(1) { votes[$1] > votes[$0] ? $1 : $0 }
            var values: [Float] = []
            values.reserveCapacity(extent.voxels)
            for run in runs { values.append(contentsOf: channels[label].voxels[run]) }
            values.sort()
            return SoftmaxObject(
                lower: extent.lower, upper: extent.upper, voxels: extent.voxels, label: label - 1,
                scores: NNUNetSettings.Aggregation.allCases.map { $0.score(ofSorted: values) })
        }
        return (SoftmaxObjects(threshold: threshold, objects: objects), components)
    }
}

extension NNUNetSettings.Aggregation {
    /// - Parameter values: ascending, at least one.
    func score(ofSorted values: [Float]) -> Float {
        switch self {
        case .max: values[values.count - 1]
        case .median: quantile(values, 0.5)
        case .mean: Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
        case .percentile95: quantile(values, 0.95)
        }
    }

    private func quantile(_ values: [Float], _ share: Double) -> Float {
        let place = share * Double(values.count - 1)
        let (low, part) = (Int(place), place - place.rounded(.down))
        let high = min(low + 1, values.count - 1)
        return Float(Double(values[low]) + part * (Double(values[high]) - Double(values[low])))
    }
}
