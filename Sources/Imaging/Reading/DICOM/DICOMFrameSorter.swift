import Foundation
import Support

/// Sorts planes by their position along their normal, and finds the grid that they form.
struct DICOMFrameSorter {
    let url: URL
    let files: [DICOMFile]
    let format: DICOMPixelFormat
    let frames: [DICOMFrame]

    /// - Returns: the planes in order, their grid, and texts on what is unusual.
    /// - Throws: `Problem` where they are not planes of one volume.
    func grid(_ policy: ReadingPolicy) throws -> (sorted: [DICOMFrame], grid: GridVectors, notices: [String]) {
        let first = frames[0]
        let normal = first.row.cross(first.column)
        let size = SIMD3(format.columns, format.rows, frames.count)
        func plane(_ frame: DICOMFrame) -> GridVectors {
            GridVectors(
                size: SIMD3(size.x, size.y, 1),
                steps: [frame.row * frame.spacing.x, frame.column * frame.spacing.y, frame.row.cross(frame.column)], origin: first.position)
        }
        let reference = plane(first)
        for frame in frames.dropFirst() {
            let shift = reference.displacement(of: plane(frame))
            guard shift.voxels > Geometry.tolerance else { continue }
            if max(abs(frame.spacing.x - first.spacing.x) * Double(size.x), abs(frame.spacing.y - first.spacing.y) * Double(size.y))
                > Geometry.tolerance * min(first.spacing.x, first.spacing.y)
            {
                throw Problem(
                    url,
                    "its slices differ in the spacing of their pixels: \(name(first)) has \(text(first.spacing)) mm, \(name(frame)) \(text(frame.spacing)) mm",
                    remedy: "put each volume into a folder of its own")
            }
            throw Problem(
                url,
                "its slices have different orientations: \(name(first)) and \(name(frame)) differ by up to \(GridVectors.text(shift.mm)) mm at their corners",
                remedy: "put each volume into a folder of its own")
        }
        guard frames.count > 1 else { return try single(first, normal, size, policy) }
        let sorted = frames.sorted { ($0.position - first.position).dot(normal) < ($1.position - first.position).dot(normal) }
        let step = (sorted[sorted.count - 1].position - sorted[0].position) / Double(sorted.count - 1)
        let largest = try requireEven(sorted, step, normal)
        var notices: [String] = []
        if largest > Geometry.rounding {
            notices.append("its slices are up to \(GridVectors.text(largest)) of their spacing off even places")
        }
        let spacing = step.length
        let stated = sorted.compactMap(\.spacingBetweenSlices).first.map { abs($0) }
        if let stated, abs(stated - spacing) / spacing * Double(sorted.count - 1) > Geometry.tolerance {
            notices.append(
                "\(DICOMTag.spacingBetweenSlices.text) is \(GridVectors.text(stated)) mm, the positions of its slices are \(GridVectors.text(spacing)) mm apart, which counts"
            )
        }
        let grid = GridVectors(
            size: size, steps: [first.row * first.spacing.x, first.column * first.spacing.y, step], origin: sorted[0].position)
        return (sorted, grid, notices)
    }

    /// One slice: its thickness is all that the header says of the third axis.
    private func single(
        _ frame: DICOMFrame, _ normal: SIMD3<Double>, _ size: SIMD3<Int>, _ policy: ReadingPolicy
    ) throws -> (sorted: [DICOMFrame], grid: GridVectors, notices: [String]) {
        let thickness: Double
        let notice: String
        if let stated = frame.thickness, stated > 0 {
            thickness = stated
            notice = "holds one slice; its thickness, \(GridVectors.text(stated)) mm, counts as its spacing"
        } else if let assumed = policy.assumedSpacing {
            thickness = assumed[0]
            notice =
                "holds one slice without \(DICOMTag.sliceThickness.text); \(GridVectors.text(assumed[0])) mm is taken (--assume-spacing)"
        } else {
            throw Problem(
                url, "holds one slice and lacks \(DICOMTag.sliceThickness.text)", remedy: "state it with --assume-spacing z,y,x")
        }
        let steps = [frame.row * frame.spacing.x, frame.column * frame.spacing.y, normal * thickness]
        return ([frame], GridVectors(size: size, steps: steps, origin: frame.position), [notice])
    }

    /// - Returns: the largest distance of a slice from its even place, in slices.
    private func requireEven(_ sorted: [DICOMFrame], _ step: SIMD3<Double>, _ normal: SIMD3<Double>) throws -> Double {
        let gaps = (1..<sorted.count).map { (sorted[$0].position - sorted[$0 - 1].position).dot(normal) }
        let usual = gaps.sorted()[gaps.count / 2]
        if let twice = gaps.firstIndex(where: { $0 <= max(1e-3 * usual, 1e-4) }) {
            let doubled = gaps.count { $0 <= max(1e-3 * usual, 1e-4) }
            throw Problem(
                url,
                "\(doubled + 1 == sorted.count ? "all" : "\(doubled) of \(sorted.count)") slices are at the position of another, for example \(name(sorted[twice])) and \(name(sorted[twice + 1]))",
                remedy: "remove what is there twice; put each time point or stack into a folder of its own")
        }
        let along = step.dot(normal)
        var largest = 0.0
        for (index, frame) in sorted.enumerated() {
            let shift = frame.position - (sorted[0].position + step * Double(index))
            largest = max(
                largest, abs(shift.dot(normal)) / along, abs(shift.dot(frame.row)) / frame.spacing.x,
                abs(shift.dot(frame.column)) / frame.spacing.y)
        }
        guard largest > Geometry.tolerance else { return largest }
        let odd = gaps.indices.max { abs(gaps[$0] - usual) < abs(gaps[$1] - usual) } ?? 0
        let isShifted = abs(gaps[odd] - usual) < 1e-3 * usual
        throw Problem(
            url,
            isShifted
                ? "its slices are not in line: they shift sideways by up to \(GridVectors.text(largest)) pixels against even steps"
                : "its slices are not evenly spaced: \(GridVectors.text(gaps[odd])) mm between slices \(odd + 1) and \(odd + 2) by position, "
                    + "\(GridVectors.text(usual)) mm in the middle of the distances; a slice is missing, or the spacing changes",
            remedy: "export the series again, or resample it to even spacing")
    }

    private func name(_ frame: DICOMFrame) -> String {
        files.count == 1 ? "frame \(frame.frame + 1)" : "file \(frame.file + 1) of \(files.count) (by name)"
    }

    private func text(_ spacing: SIMD2<Double>) -> String { "\(GridVectors.text(spacing.x)) × \(GridVectors.text(spacing.y))" }
}
