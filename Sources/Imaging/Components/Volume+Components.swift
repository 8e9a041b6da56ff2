/// Which voxels count as neighbours: those that share a face (6), a face or an edge (18), or also a corner (26).
///
/// In 2D (one voxel along an axis) these are 4, 8 and 8.
public enum Connectivity: Int, Sendable, CaseIterable {
    case faces = 6
    case edges = 18
    case corners = 26
}

extension Volume<UInt8> {
    /// The mask with its holes filled: background that no path through face neighbours joins to the outside becomes 1, as does all
    /// foreground.
    ///
    /// With one voxel along axis 2 the image is 2D and has its outside around the plane only. Spec 03 §1 (scipy's `binary_fill_holes`).
    public func holesFilled() -> Volume {
        var forest = RunForest(self, foreground: false, reach: (straight: 0, diagonal: nil))
        let isFlat = shape.z == 1
        var isOutside = [Bool](repeating: false, count: forest.runs.count)
        for row in 0..<shape.x * shape.y {
            let (i, j) = (row / shape.y, row % shape.y)
            let isBorder = i == 0 || j == 0 || i == shape.x - 1 || j == shape.y - 1
            for run in forest.rowStarts[row]..<forest.rowStarts[row + 1] {
                let touches = !isFlat && (forest.runs[run].start == 0 || Int(forest.runs[run].end) == shape.z)
                if isBorder || touches { isOutside[forest.root(run)] = true }
            }
        }
        var result = Volume(shape: shape, filledWith: 1)
        result.voxels.withUnsafeMutableBufferPointer { filled in
            for row in 0..<shape.x * shape.y {
                for run in forest.rowStarts[row]..<forest.rowStarts[row + 1] where isOutside[forest.root(run)] {
                    let (start, end) = (Int(forest.runs[run].start), Int(forest.runs[run].end))
                    filled[row * shape.z + start..<row * shape.z + end].update(repeating: 0)
                }
            }
        }
        return result
    }

    /// The connected components of the voxels other than 0, numbered from 1 in the order of their first voxels (C order); background is 0.
    public func connectedComponents(connectivity: Connectivity = .faces) -> (labels: Volume<Int32>, count: Int) {
        let reach: (Int32, Int32?) =
            switch connectivity {
            case .faces: (0, nil)
            case .edges: (1, 0)
            case .corners: (1, 1)
            }
        var forest = RunForest(self, foreground: true, reach: (straight: reach.0, diagonal: reach.1))
        var numbers = [Int32](repeating: 0, count: forest.runs.count)
        var count: Int32 = 0
        var labels = Volume<Int32>(shape: shape, filledWith: 0)
        labels.voxels.withUnsafeMutableBufferPointer { target in
            for row in 0..<shape.x * shape.y {
                for run in forest.rowStarts[row]..<forest.rowStarts[row + 1] {
                    let root = forest.root(run)
                    if root == run {
                        count += 1
                        numbers[run] = count
                    }
                    let (start, end) = (Int(forest.runs[run].start), Int(forest.runs[run].end))
                    target[row * shape.z + start..<row * shape.z + end].update(repeating: numbers[root])
                }
            }
        }
        return (labels, Int(count))
    }
}
