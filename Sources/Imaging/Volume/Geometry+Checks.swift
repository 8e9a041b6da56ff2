import Foundation
import Support

extension Geometry {
    /// A part of a grid that no image can have.
    public struct Fault: Sendable, Equatable {
        public enum Part: String, Sendable { case size, spacing, origin, direction }

        public let part: Part
        /// What is wrong with it, with its value.
        public let problem: String
    }

    /// The first part that no image can have; nil for a usable grid.
    public var fault: Fault? {
        if !size.isGridSize { return Fault(part: .size, problem: "is (\(size.x), \(size.y), \(size.z)), which is no size of an image") }
        if !(0..<3).allSatisfy({ spacing[$0].isFinite && spacing[$0] > 0 }) {
            return Fault(part: .spacing, problem: "is (\(spacing.x), \(spacing.y), \(spacing.z)), positive numbers of mm are needed")
        }
        if !(0..<3).allSatisfy({ origin[$0].isFinite }) {
            return Fault(part: .origin, problem: "is (\(origin.x), \(origin.y), \(origin.z)), finite numbers are needed")
        }
        if direction.count != 9 || !direction.allSatisfy(\.isFinite) {
            return Fault(part: .direction, problem: "is \(direction.prefix(10)), nine finite numbers are needed")
        }
        return nil
    }

    /// - Throws: `Problem` of the file at `url` where a volume on this grid needs more memory than the machine has.
    package func requireMemory(bytesPerVoxel: Int, for url: URL) throws {
        let (count, limit) = ([size.x, size.y, size.z].product(), MemoryGate.machineMemory)
        if let count, count < limit / bytesPerVoxel { return }
        throw Problem(
            url, "a volume of its \(size.x) × \(size.y) × \(size.z) voxels needs more than the \(limit / 1_000_000_000) GB of this machine",
            remedy: "check the size of the image")
    }
}

extension SIMD3<Int> {
    /// Whether this is the size of a grid: at least one voxel along each axis, and few enough that bytes of all can be counted.
    public var isGridSize: Bool { self.min() > 0 && [x, y, z].product(atMost: 1 << 44) != nil }
}
