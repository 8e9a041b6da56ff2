import Foundation
import Imaging
import Support

/// The nodules of one scan as its raters outlined them.
struct LIDCContours: LabelSource {
    let annotation: LIDCAnnotation
    /// The DICOM series.
    let folder: URL

    var files: [URL] { [annotation.url] }
    var settings: String { "contours" }

    func check(_ grid: Geometry, _ reader: ImageReader) throws { _ = try drawings(on: grid) }

    /// Drawings of different raters that share a pixel, their lines included, are of one nodule.
    func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap {
        let drawings = try drawings(on: grid)
        var consensus = LIDC.Consensus(shape: grid.size)
        for group in Self.groups(drawings) {
            let parts = group.map { drawings[$0] }
            var counts: [Int: Int] = [:]
            var ratings: [Int] = []
            // Two drawings of one rater count once.
            for (_, own) in Dictionary(grouping: parts, by: \.rater).sorted(by: { $0.key < $1.key }) {
                for voxel in own.reduce(into: Set<Int>(), { $0.formUnion($1.inside) }) { counts[voxel, default: 0] += 1 }
                ratings.append(own.map(\.malignancy).max() ?? 0)
            }
            consensus.add(counts, ratings: ratings, named: "nodule \(parts[0].name) of rater \(parts[0].rater + 1)")
        }
        var objects = consensus.finished()
        let small = annotation.raters.joined().count { !$0.isOutlined }
        if small > 0 { objects.notes.append("\(small) marks of nodules below 3 mm are not used") }
        return objects
    }

    /// A nodule as one rater drew it; voxels by their place in the volume.
    private struct Drawing {
        let rater: Int
        let name: String
        let malignancy: Int
        var inside: Set<Int> = []
        var lines: Set<Int> = []
    }

    /// - Throws: `Problem` where a drawing is of a slice that is not there, or leaves the image.
    private func drawings(on grid: Geometry) throws -> [Drawing] {
        let slices = try slices(on: grid)
        var drawings: [Drawing] = []
        for (rater, nodules) in annotation.raters.enumerated() {
            for nodule in nodules where nodule.isOutlined {
                var drawing = Drawing(rater: rater, name: nodule.name, malignancy: nodule.malignancy ?? 0)
                var holes: Set<Int> = []
                for contour in nodule.contours {
                    guard let slice = slices[contour.slice] else {
                        throw Problem(
                            annotation.url, "outlines nodule \(nodule.name) of rater \(rater + 1) on a slice that the series does not hold",
                            remedy: "get the series again, it is not complete")
                    }
                    let (line, inside) = ContourFilling.pixels(contour.points)
                    let voxels = { (pixels: Set<SIMD2<Int>>) throws -> Set<Int> in
                        Set(
                            try pixels.sorted { ($0.y, $0.x) < ($1.y, $1.x) }.map { pixel in
                                guard pixel.x >= 0, pixel.y >= 0, pixel.x < grid.size.z, pixel.y < grid.size.y else {
                                    throw Problem(
                                        annotation.url,
                                        "outlines a nodule at (\(pixel.x), \(pixel.y)), the image has \(grid.size.z) × \(grid.size.y) pixels",
                                        remedy: "get the file again")
                                }
                                return (slice * grid.size.y + pixel.y) * grid.size.z + pixel.x
                            })
                    }
                    if contour.isHole {
                        // The line belongs to neither side, as that of a nodule.
                        holes.formUnion(try voxels(line.union(inside)))
                    } else {
                        drawing.inside.formUnion(try voxels(inside))
                        drawing.lines.formUnion(try voxels(line))
                    }
                }
                drawing.inside.subtract(holes)
                drawings.append(drawing)
            }
        }
        return drawings
    }

    /// Where each slice of the series lies in the volume.
    private func slices(on grid: Geometry) throws -> [String: Int] {
        try DICOMSeries.files(in: folder).reduce(into: [:]) { slices, file in
            let header = try DICOMFile(file)
            guard let instance = header[.instance], let position = header.position else {
                throw Problem(file, "does not say where its slice lies", remedy: "get the series again")
            }
            slices[instance] = Int(grid.index(of: position).x.rounded())
        }
    }

    /// Drawings that belong together, in the order of the first of each.
    private static func groups(_ drawings: [Drawing]) -> [[Int]] {
        var group = Array(drawings.indices)
        func root(_ index: Int) -> Int {
            var index = index
            while group[index] != index { index = group[index] }
            return index
        }
        var owner: [Int: Int] = [:]
        for (index, drawing) in drawings.enumerated() {
            for voxel in drawing.inside.union(drawing.lines) {
                if let other = owner[voxel] {
                    let (a, b) = (root(other), root(index))
                    group[max(a, b)] = min(a, b)
                } else {
                    owner[voxel] = index
                }
            }
        }
        return Dictionary(grouping: drawings.indices, by: root).values.sorted { $0[0] < $1[0] }
    }
}
