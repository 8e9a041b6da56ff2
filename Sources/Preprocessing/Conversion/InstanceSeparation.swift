import Core
import Imaging
import Support

/// Turns semantic labels (a class per voxel) into instances: connected voxels of one class become an object (spec 02, seg2det).
public struct InstanceSeparation: Sendable {
    /// Semantic values that become objects; their places in the list are the classes.
    public var things: [Int]
    /// Semantic values that do not become objects but stuff, numbered from 1.
    public var stuff: [Int]
    /// Objects must be larger than this along every axis but the one of the largest spacing, mm.
    public var minSize: Double
    /// Objects must have more voxels than this.
    public var minVolume: Double

    public init(things: [Int], stuff: [Int] = [], minSize: Double = 0, minVolume: Double = 0) {
        self.things = things
        self.stuff = stuff
        self.minSize = minSize
        self.minVolume = minVolume
    }

    /// The settings of a data set.
    ///
    /// - Throws: `Problem` where it names no semantic value that becomes objects.
    public init(_ info: DatasetInfo, named name: String) throws {
        guard !info.convertedThings.isEmpty else {
            throw Problem(
                name, "'seg2det_things' names no semantic value that becomes objects",
                remedy: "list the values of the label maps, one per class in the order of 'labels', for example seg2det_things: [1, 2]")
        }
        guard info.convertedThings.count <= info.labels.count else {
            throw Problem(
                name, "'seg2det_things' lists \(info.convertedThings.count) values, 'labels' only \(info.labels.count) classes",
                remedy: "name a class for every value")
        }
        self.init(things: info.convertedThings, stuff: info.convertedStuff, minSize: info.minSize, minVolume: info.minVolume)
    }

    public struct Result: Sendable, Equatable {
        /// Instance ids from 1, ordered by semantic value, then by first voxel.
        public var instances: Volume<Int32>
        /// Instance id → class id.
        public var classes: [Int: Int]
        /// Numbers of the stuff; nil where none is asked for.
        public var stuff: Volume<Int32>?
        /// Components that were too small.
        public var dropped: Int
    }

    /// Separates the objects of `labels`; voxels that touch at faces, edges or corners belong together.
    ///
    /// - Parameters:
    ///   - labels: semantic values; those ≤ 0 are background.
    ///   - spacing: mm, array order.
    /// - Throws: `Problem` where there are more than 255 values, or naming that of an object that is neither a thing nor stuff.
    public func separate(_ labels: Volume<Int32>, spacing: SIMD3<Double>) throws -> Result {
        let values = labels.distinctValues().filter { $0 > 0 && !stuff.contains($0) }
        // Each of them is separated by itself.
        guard values.count <= 255 else {
            throw Problem(
                "the label map", "has \(values.count) different values, at most 255 classes can be separated",
                remedy: "check that it is a map of classes, not an image")
        }
        let worst = (0..<3).reduce(0) { spacing[$1] > spacing[$0] ? $1 : $0 }
        var result = Result(instances: Volume(shape: labels.shape, filledWith: 0), classes: [:], stuff: stuffMap(labels), dropped: 0)
        for value in values {
            let mask = Volume<UInt8>(shape: labels.shape, voxels: labels.voxels.map { $0 == Int32(value) ? 1 : 0 })
            let components = mask.connectedComponents(connectivity: .corners).labels
            let voxels = components.instanceVoxels()
            var numbers = [Int32](repeating: 0, count: voxels.count + 1)
            for object in components.voxels.withUnsafeBufferPointer({ InstanceExtent.extents(of: $0, shape: components.shape) }) {
                guard isLarge(object, spacing: spacing, except: worst), Double(voxels[object.id] ?? 0) > minVolume else {
                    result.dropped += 1
                    continue
                }
                guard let label = things.firstIndex(of: value) else {
                    throw Problem(
                        "semantic value \(value)", "is in the label map, but neither in 'seg2det_things' nor in 'seg2det_stuff'",
                        remedy: "list it in the description of the data set, or remove it from the map")
                }
                let id = result.classes.count + 1
                result.classes[id] = label
                numbers[object.id] = Int32(id)
            }
            result.instances.voxels.withUnsafeMutableBufferPointer { target in
                components.voxels.withUnsafeBufferPointer { source in
                    for i in 0..<source.count where source[i] > 0 { target[i] = numbers[Int(source[i])] }
                }
            }
        }
        return result
    }

    private func stuffMap(_ labels: Volume<Int32>) -> Volume<Int32>? {
        guard !stuff.isEmpty else { return nil }
        let numbers = Dictionary(stuff.enumerated().map { (Int32($0.element), Int32($0.offset + 1)) }) { first, _ in first }
        return Volume(shape: labels.shape, voxels: labels.voxels.map { $0 == 0 ? 0 : numbers[$0] ?? 0 })
    }

    private func isLarge(_ object: InstanceExtent, spacing: SIMD3<Double>, except worst: Int) -> Bool {
        let box = object.box()
        return (0..<3).allSatisfy { $0 == worst || Double(box.upper[$0] - box.lower[$0]) * spacing[$0] > minSize }
    }
}
