import Foundation
import Support

extension NIfTIHeader {
    /// The grid that the header describes, and the fields that it comes from.
    ///
    /// The sform counts where both forms place the image equally; where they differ by more than the tolerance, the policy decides.
    ///
    /// - Throws: `Problem` where there is no usable form, or two that contradict each other.
    func grid(
        _ size: SIMD3<Int>, _ policy: ReadingPolicy, _ isPlanar: Bool, _ notices: inout [ImageNotice]
    ) throws -> (grid: GridVectors, fields: String) {
        let unit = try millimetres()
        switch (qformCode > 0, sformCode > 0) {
        case (false, false): return try unoriented(size, unit, policy, isPlanar, &notices)
        case (true, false): return (try qformGrid(size, unit, policy, &notices), "qform, pixdim")
        case (false, true):
            let grid = sformGrid(size, unit)
            try compareWithPixdim(grid, unit, policy, &notices)
            return (grid, "sform")
        case (true, true): return try oneOfBoth(size, unit, policy, &notices)
        }
    }

    /// Length of the unit of space, mm. Units that are not stated are millimetres, as every program takes them.
    private func millimetres() throws -> Double {
        switch units {
        case 0, 2: return 1
        case 1: return 1000
        case 3: return 0.001
        default:
            throw Problem(
                url, "its header gives an unknown unit of length, \(units) (xyzt_units)", remedy: "correct the header: 2 stands for mm")
        }
    }

    private func oneOfBoth(
        _ size: SIMD3<Int>, _ unit: Double, _ policy: ReadingPolicy, _ notices: inout [ImageNotice]
    ) throws -> (grid: GridVectors, fields: String) {
        let sform = sformGrid(size, unit)
        if policy.preferredForm == .qform { return (try qformGrid(size, unit, policy, &notices), "qform, pixdim") }
        let qform: GridVectors
        do { qform = try qformGrid(size, unit, .strict, &notices) } catch let problem as Problem {
            // The sform is complete by itself.
            notices.append(ImageNotice(url, "its qform is not usable, the sform is taken: \(problem.problem)"))
            return (sform, "sform")
        }
        if policy.preferredForm == .sform {
            if let text = difference(qform, sform) { notices.append(ImageNotice(url, "\(text); the sform is taken (--prefer-sform)")) }
            return (sform, "sform")
        }
        let shift = qform.displacement(of: sform)
        guard shift.voxels <= Geometry.tolerance else {
            throw Problem(
                url, difference(qform, sform) ?? "its qform and its sform place the image differently",
                remedy: "find out which is right and choose with --prefer-sform or --prefer-qform")
        }
        if shift.voxels > Geometry.rounding, let text = difference(qform, sform) {
            notices.append(ImageNotice(url, "\(text); the sform is taken"))
        }
        return (sform, "sform")
    }

    /// How the two forms differ; nil where they differ by rounding.
    private func difference(_ qform: GridVectors, _ sform: GridVectors) -> String? {
        let shift = qform.displacement(of: sform)
        guard shift.voxels > Geometry.rounding else { return nil }
        func form(_ grid: GridVectors, _ code: Int) -> String {
            "code \(code), spacing (\(GridVectors.text(grid.spacing))), first voxel at (\(GridVectors.text(grid.origin))) LPS"
        }
        return "its qform (\(form(qform, qformCode))) and its sform (\(form(sform, sformCode))) place the same voxel up to "
            + "\(GridVectors.text(shift.mm)) mm apart"
    }

    // MARK: Forms

    private func sformGrid(_ size: SIMD3<Int>, _ unit: Double) -> GridVectors {
        func column(_ index: Int) -> SIMD3<Double> { Self.lps(SIMD3(sform[0][index], sform[1][index], sform[2][index]) * unit) }
        return GridVectors(size: size, steps: (0..<3).map(column), origin: column(3))
    }

    private func qformGrid(
        _ size: SIMD3<Int>, _ unit: Double, _ policy: ReadingPolicy, _ notices: inout [ImageNotice]
    ) throws -> GridVectors {
        let spacing = try spacing(size, unit, policy, &notices)
        let (b, c, d) = (quaternion.x, quaternion.y, quaternion.z)
        let square = 1 - (b * b + c * c + d * d)
        guard square.isFinite, square > -1e-5 else {
            throw Problem(
                url, "its qform is not a rotation: quatern_b, c, d are \(GridVectors.text(quaternion))", remedy: "correct the header")
        }
        let a = refined(max(0, square).squareRoot(), size, unit)
        // Rounding may leave the quaternion slightly longer or shorter than 1.
        let length = (a * a + b * b + c * c + d * d).squareRoot()
        let (w, x, y, z) = (a / length, b / length, c / length, d / length)
        let rows = [
            SIMD3(w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)),
            SIMD3(2 * (x * y + w * z), w * w + y * y - x * x - z * z, 2 * (y * z - w * x)),
            SIMD3(2 * (x * z - w * y), 2 * (y * z + w * x), w * w + z * z - x * x - y * y),
        ]
        let handedness: Double = pixdim[0] < 0 ? -1 : 1
        let steps = (0..<3).map { column -> SIMD3<Double> in
            let direction = SIMD3(rows[0][column], rows[1][column], rows[2][column]) * (column == 2 ? handedness : 1)
            return Self.lps(direction * spacing[column])
        }
        return GridVectors(size: size, steps: steps, origin: Self.lps(quaternionOffset * unit))
    }

    /// The first number of the quaternion, which the file does not hold. For rotations by nearly 180° the rounding of the other three makes it
    /// uncertain by up to 3e-4; an sform that agrees within that tells it exactly.
    private func refined(_ a: Double, _ size: SIMD3<Int>, _ unit: Double) -> Double {
        guard version == 1, sformCode > 0, a < 0.2 else { return a }
        let steps = sformGrid(size, unit).steps.map { Self.lps($0) }
        let handedness: Double = pixdim[0] < 0 ? -1 : 1
        let columns = [steps[0] / steps[0].length, steps[1] / steps[1].length, steps[2] / steps[2].length * handedness]
        // Differences across the diagonal are 4 a b, 4 a c and 4 a d: the largest of b, c, d divides best.
        let differences = SIMD3(
            columns[1].z - columns[2].y, columns[2].x - columns[0].z, columns[0].y - columns[1].x)
        let largest = (0..<3).max { abs(quaternion[$0]) < abs(quaternion[$1]) } ?? 0
        let exact = differences[largest] / (4 * quaternion[largest])
        guard exact.isFinite, abs(exact * exact - a * a) < 4e-7 else { return a }
        return exact
    }

    /// mm along x, y, z from `pixdim`.
    private func spacing(
        _ size: SIMD3<Int>, _ unit: Double, _ policy: ReadingPolicy, _ notices: inout [ImageNotice]
    ) throws -> SIMD3<Double> {
        var spacing = SIMD3<Double>.zero
        var negative: [Int] = []
        for axis in 0..<3 {
            let stated = pixdim[axis + 1] * unit
            // A 2D image states no third spacing.
            if axis >= dimensions.count, !(stated.magnitude > 0 && stated.isFinite) {
                spacing[axis] = 1
            } else if stated.isFinite, stated != 0 {
                spacing[axis] = abs(stated)
                if stated < 0 { negative.append(axis + 1) }
            } else if let assumed = policy.assumedSpacing {
                spacing[axis] = assumed[2 - axis]
                notices.append(
                    ImageNotice(
                        url,
                        "pixdim[\(axis + 1)] is \(GridVectors.text(stated)); a spacing of \(GridVectors.text(assumed[2 - axis])) mm is taken (--assume-spacing)"
                    ))
            } else {
                throw Problem(
                    url,
                    "its header gives a spacing of \(GridVectors.text(stated)) mm along \(["x", "y", "z"][axis]) (pixdim[\(axis + 1)])",
                    remedy: "correct the header, or state it with --assume-spacing z,y,x")
            }
        }
        if !negative.isEmpty {
            let names = negative.map { "pixdim[\($0)]" }.joined(separator: ", ")
            notices.append(ImageNotice(url, "\(names): negative spacings count as positive, directions come from the qform"))
        }
        return spacing
    }

    /// Compares an sform that stands alone with `pixdim`.
    private func compareWithPixdim(
        _ grid: GridVectors, _ unit: Double, _ policy: ReadingPolicy, _ notices: inout [ImageNotice]
    ) throws {
        let lengths = grid.spacing
        let stated = SIMD3(abs(pixdim[1] * unit), abs(pixdim[2] * unit), abs(pixdim[3] * unit))
        // 0 and NaN state nothing.
        let shifts = (0..<min(3, dimensions.count)).map { axis -> Double in
            guard stated[axis].isFinite, stated[axis] > 0 else { return 0 }
            return abs(stated[axis] - lengths[axis]) / lengths[axis] * Double(max(1, grid.size[axis] - 1))
        }
        guard let largest = shifts.max(), largest > Geometry.rounding else { return }
        let text = "its sform has a spacing of (\(GridVectors.text(lengths))) mm, pixdim says (\(GridVectors.text(stated))) mm (x, y, z)"
        guard largest > Geometry.tolerance else {
            notices.append(ImageNotice(url, "\(text); the sform is taken"))
            return
        }
        guard policy.preferredForm == .sform else {
            throw Problem(url, text, remedy: "find out which is right; --prefer-sform takes the sform")
        }
        notices.append(ImageNotice(url, "\(text); the sform is taken (--prefer-sform)"))
    }

    /// An image without forms: a position and orientation can only be stated by the user. 2D pictures need none.
    private func unoriented(
        _ size: SIMD3<Int>, _ unit: Double, _ policy: ReadingPolicy, _ isPlanar: Bool, _ notices: inout [ImageNotice]
    ) throws -> (grid: GridVectors, fields: String) {
        guard isPlanar || policy.assumedOrientation != nil else {
            let stated = pixdim[1...3].map { GridVectors.text($0) }.joined(separator: ", ")
            throw Problem(
                url, "states no orientation: qform_code and sform_code are 0, and pixdim (\(stated)) gives sizes alone",
                remedy: "state it with --assume-orientation, for example RAS or LPS, or write a qform or sform")
        }
        let spacing = try spacing(size, unit, policy, &notices)
        let codes = isPlanar ? "LPS" : policy.assumedOrientation ?? "LPS"
        if !isPlanar {
            notices.append(
                ImageNotice(
                    url,
                    "states no orientation (qform_code and sform_code are 0); \(codes.uppercased()) and a first voxel at 0, 0, 0 are taken (--assume-orientation)"
                ))
        }
        return (try GridVectors(size: size, codes: codes, spacing: spacing), "pixdim")
    }

    /// RAS to LPS, and back.
    private static func lps(_ vector: SIMD3<Double>) -> SIMD3<Double> { SIMD3(-vector.x, -vector.y, vector.z) }
}
