/// Runs of equal voxels along axis 2, joined into connected components.
///
/// Rows are visited in C order; the run that comes first in a component is its root, so that components are found in C order as well.
struct RunForest {
    struct Run {
        /// First voxel and the one behind the last, along axis 2.
        var start: Int32
        var end: Int32
    }

    private(set) var runs: [Run] = []
    /// Index of the first run of each row, and one more.
    private(set) var rowStarts: [Int] = [0]
    /// Parent of each run, itself for a root; never a later run.
    private var parents: [Int32] = []

    /// Finds and joins the runs of voxels that are not 0 (`foreground`), or that are 0.
    ///
    /// - Parameter reach: how far runs of neighbouring rows may lie apart along axis 2 and still touch: for rows that differ by one
    ///   along axis 0 or axis 1 (`straight`) and along both (`diagonal`, nil where these do not touch).
    init(_ volume: Volume<UInt8>, foreground: Bool, reach: (straight: Int32, diagonal: Int32?)) {
        let shape = volume.shape
        volume.voxels.withUnsafeBufferPointer { voxels in
            for i in 0..<shape.x {
                for j in 0..<shape.y {
                    let row = i * shape.y + j
                    let first = row * shape.z
                    addRow(UnsafeBufferPointer(rebasing: voxels[first..<first + shape.z]), foreground: foreground)
                    if j > 0 { join(row, row - 1, reach: reach.straight) }
                    if i > 0 { join(row, row - shape.y, reach: reach.straight) }
                    guard i > 0, let diagonal = reach.diagonal else { continue }
                    if j > 0 { join(row, row - shape.y - 1, reach: diagonal) }
                    if j + 1 < shape.y { join(row, row - shape.y + 1, reach: diagonal) }
                }
            }
        }
    }

    /// The first run of the component that `run` belongs to.
    mutating func root(_ run: Int) -> Int {
        var run = run
        while Int(parents[run]) != run {
            parents[run] = parents[Int(parents[run])]
            run = Int(parents[run])
        }
        return run
    }

    private mutating func addRow(_ row: UnsafeBufferPointer<UInt8>, foreground: Bool) {
        var position = 0
        while position < row.count {
            while position < row.count, (row[position] != 0) != foreground { position += 1 }
            guard position < row.count else { break }
            let start = position
            while position < row.count, (row[position] != 0) == foreground { position += 1 }
            parents.append(Int32(runs.count))
            runs.append(Run(start: Int32(start), end: Int32(position)))
        }
        rowStarts.append(runs.count)
    }

    /// Joins the touching runs of two rows.
    private mutating func join(_ row: Int, _ other: Int, reach: Int32) {
        var a = rowStarts[row]
        var b = rowStarts[other]
        let (aEnd, bEnd) = (rowStarts[row + 1], rowStarts[other + 1])
        while a < aEnd, b < bEnd {
            if runs[a].start < runs[b].end + reach, runs[b].start < runs[a].end + reach { unite(a, b) }
            if runs[a].end < runs[b].end { a += 1 } else { b += 1 }
        }
    }

    private mutating func unite(_ a: Int, _ b: Int) {
        let (a, b) = (root(a), root(b))
        if a < b { parents[b] = Int32(a) } else { parents[a] = Int32(b) }
    }
}
