import Core
import Preprocessing

package typealias BorderMode = Configuration.Augmentation.BorderMode

extension BorderMode {
    /// The voxel of an axis of `count` voxels that stands at `index`, which may lie beyond its ends; −1 for none.
    package func voxel(_ index: Int, of count: Int) -> Int {
        func within(_ period: Int) -> Int { (index % period + period) % period }
        if (0..<count).contains(index) { return index }
        switch self {
        case .constant: return -1
        case .nearest: return min(max(index, 0), count - 1)
        case .wrap: return within(count)
        case .mirror:
            guard count > 1 else { return 0 }
            let place = within(2 * count - 2)
            return min(place, 2 * count - 2 - place)
        case .reflect:
            let place = within(2 * count)
            return min(place, 2 * count - 1 - place)
        }
    }
}

extension VolumeView {
    /// Calls `body` with a copy of the box that is larger by `margin` voxels at both ends of each axis, continued there as `border` says.
    func withContinuation(by margin: SIMD3<Int>, _ border: BorderMode, _ body: (VolumeView<Element>) -> Void) {
        let large = size &+ 2 &* margin
        let columns = (0..<large.z).map { border.voxel($0 - margin.z, of: size.z) }
        let copy = [Element](unsafeUninitializedCapacity: large.x * large.y * large.z) { copy, initialized in
            for i in 0..<large.x {
                for j in 0..<large.y {
                    let (x, y) = (border.voxel(i - margin.x, of: size.x), border.voxel(j - margin.y, of: size.y))
                    guard let row = copy.baseAddress.map({ $0 + (i * large.y + j) * large.z }) else { continue }
                    row.initialize(repeating: outside, count: large.z)
                    guard x >= 0, y >= 0 else { continue }
                    copyRow(x, y, from: 0, count: size.z, to: row + margin.z)
                    for k in 0..<large.z where columns[k] != k - margin.z && columns[k] >= 0 { row[k] = row[margin.z + columns[k]] }
                }
            }
            initialized = large.x * large.y * large.z
        }
        copy.withUnsafeBufferPointer { copy in
            if let base = copy.baseAddress { body(VolumeView(base, shape: large, size: large, outside: outside)) }
        }
    }
}
