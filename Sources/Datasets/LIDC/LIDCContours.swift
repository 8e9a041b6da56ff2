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
        // Nodules take a small part of an image; filling looks at every pixel around a contour.
        var pixelsLeft = max(1 << 20, grid.size.x * grid.size.y * grid.size.z)
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
                    // Lines between pixels of the image stay in it.
                    if let pixel = contour.points.first(where: { pixel in
                        pixel.x < 0 || pixel.y < 0 || pixel.x >= grid.size.z || pixel.y >= grid.size.y
                    }) {
                        throw Problem(
                            annotation.url,
                            "outlines a nodule at (\(pixel.x), \(pixel.y)), the image has \(grid.size.z) × \(grid.size.y) pixels",
                            remedy: "get the file again")
                    }
                    pixelsLeft -= ContourFilling.area(contour.points)
                    guard pixelsLeft >= 0 else {
                        throw Problem(
                            annotation.url, "outlines nodules that cover more pixels than the image has", remedy: "get the file again")
                    }
                    let (line, inside) = ContourFilling.pixels(contour.points)
                    func voxels(_ pixels: Set<SIMD2<Int>>) -> Set<Int> {
                        Set(pixels.map { (slice * grid.size.y + $0.y) * grid.size.z + $0.x })
                    }
                    if contour.isHole {
                        // The line belongs to neither side, as that of a nodule.
                        holes.formUnion(voxels(line.union(inside)))
                    } else {
                        drawing.inside.formUnion(voxels(inside))
                        drawing.lines.formUnion(voxels(line))
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
            // Reports and segmentations may be next to the images.
            guard header.hasPixels else { return }
            guard let instance = header[.instance], let position = header.position else {
                throw Problem(file, "does not say where its slice lies", remedy: "get the series again")
            }
            guard let slice = Int(exactly: grid.index(of: position).x.rounded()), (0..<grid.size.x).contains(slice) else {
                throw Problem(
                    file, "its position (\(position.x), \(position.y), \(position.z)) mm is outside of the image of its series",
                    remedy: "get the series again")
            }
            slices[instance] = slice
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
