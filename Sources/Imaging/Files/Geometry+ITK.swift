import CITKABI

extension Geometry {
    /// A grid of ITK in array order.
    ///
    /// A 2D file (x, y) becomes axes 0 = y, 1 = x and a third axis of one voxel; its direction is kept so that axis i still belongs to
    /// column 2 − i of `direction`.
    init(_ grid: citk_grid) {
        let size = SIMD3(Int(grid.size.0), Int(grid.size.1), Int(grid.size.2))
        let spacing = SIMD3(grid.spacing.0, grid.spacing.1, grid.spacing.2)
        let origin = SIMD3(grid.origin.0, grid.origin.1, grid.origin.2)
        let d = grid.direction
        guard grid.dimension == 2 else {
            self.init(
                size: SIMD3(size.z, size.y, size.x), spacing: SIMD3(spacing.z, spacing.y, spacing.x), origin: origin,
                direction: [d.0, d.1, d.2, d.3, d.4, d.5, d.6, d.7, d.8])
            return
        }
        self.init(
            planarSize: (size.y, size.x), spacing: (spacing.y, spacing.x), origin: (origin.x, origin.y),
            direction: [d.0, d.1, d.3, d.4])
    }

    /// The grid in ITK's order; `isPlanar` ones with two dimensions.
    var grid: citk_grid {
        var grid = citk_grid()
        let d = direction
        grid.origin = (origin.x, origin.y, origin.z)
        if isPlanar {
            grid.dimension = 2
            grid.size = (Int64(size.y), Int64(size.x), 1)
            grid.spacing = (spacing.y, spacing.x, 1)
            grid.direction = (d[1], d[2], 0, d[4], d[5], 0, 0, 0, 1)
        } else {
            grid.dimension = 3
            grid.size = (Int64(size.z), Int64(size.y), Int64(size.x))
            grid.spacing = (spacing.z, spacing.y, spacing.x)
            grid.direction = (d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8])
        }
        return grid
    }
}
