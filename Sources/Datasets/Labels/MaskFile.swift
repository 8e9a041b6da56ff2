import Foundation
import Imaging
import Support

/// A label map of a raw data set, to be read on the grid of its image.
struct MaskFile: Sendable {
    enum Placement: Sendable {
        /// The header says where the map lies; it must be where the image is.
        case byHeader
        /// Headers of this data set's maps are not to be relied on: equal sizes suffice.
        case byVoxels
    }

    let url: URL
    let placement: Placement

    init(_ url: URL, placement: Placement = .byHeader) {
        self.url = url
        self.placement = placement
    }

    /// How the map comes to lie on the image's grid.
    private struct Fit {
        var axes = SIMD3(0, 1, 2)
        var flips = [false, false, false]
        var note: String?
    }

    /// - Throws: `Problem` where the map does not fit the image of `grid`.
    func check(_ grid: Geometry, _ reader: ImageReader) throws { _ = try fit(reader.geometry(url), grid) }

    /// The map in the voxels of the image; negative values are refused.
    ///
    /// - Returns: the map, and what of its place the user should know.
    /// - Throws: as `check`, and where the file cannot be read.
    func read(on grid: Geometry, _ reader: ImageReader) throws -> (map: Volume<Int32>, note: String?) {
        let image = try reader.readLabels(url)
        let fit = try fit(image.geometry, grid)
        let map = image.volume.reoriented(axes: fit.axes, flips: fit.flips)
        guard !map.voxels.contains(where: { $0 < 0 }) else {
            throw Problem(url, "holds negative values, it is no label map", remedy: "get the file again")
        }
        return (map, fit.note)
    }

    private func fit(_ mine: Geometry, _ grid: Geometry) throws -> Fit {
        if mine.isClose(to: grid), mine.slightDifference(from: grid) == nil { return Fit() }
        let name = url.lastPathComponent
        if mine.size == grid.size, case let distance = mine.displacement(from: grid).voxels, distance < 0.5 {
            return Fit(
                note: "\(name) lies \(String(format: "%.2g", distance)) voxels beside its image by its header; the image's place is taken")
        }
        // The same voxels, the axes in another order or direction.
        let (axes, flips) = try mine.axes(to: grid.axisCodes)
        let turned = mine.reoriented(axes: axes, flips: flips)
        if turned.size == grid.size, turned.displacement(from: grid).voxels < 0.5 {
            return Fit(axes: axes, flips: flips, note: "\(name) was turned from \(mine.axisCodes) to \(grid.axisCodes), as its image lies")
        }
        guard mine.size == grid.size else {
            throw Problem(
                url, "has \(mine.size.sizeText) voxels, its image has \(grid.size.sizeText) (axes z, y, x)",
                remedy: "get both files again, or leave the case out")
        }
        if placement == .byVoxels {
            return Fit(
                note: "\(name) lies elsewhere by its header; it was taken voxel by voxel, as the data set's own header is not reliable")
        }
        throw Problem(
            url, "does not lie on its image: \(mine.difference(from: grid) ?? "other headers")",
            remedy: "get both files again, or correct the header")
    }
}
