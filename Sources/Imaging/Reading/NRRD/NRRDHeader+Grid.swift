import Foundation
import Support

extension NRRDHeader {
    /// Axes of the array: those of space in their order, and the others.
    struct Axes {
        let sizes: [Int]
        /// Indices of the axes of space, fastest first.
        let spatial: [Int]
        /// The step along each axis of space in the header's space; nil where there are none.
        let steps: [SIMD3<Double>]?
    }

    /// Sorts the axes into those of space and others.
    ///
    /// - Throws: `Problem` where `space directions` cannot be understood.
    func axes(_ sizes: [Int]) throws -> Axes {
        guard let vectors = try directions(sizes.count) else {
            let kinds = words("kinds").map { $0.lowercased() }
            let isSpatial = { (axis: Int) in
                axis >= kinds.count || ["domain", "space", "???", "none"].contains(kinds[axis])
            }
            var spatial = sizes.indices.filter(isSpatial)
            // Axes of one voxel behind the third are no dimension.
            while spatial.count > 3, let last = spatial.last, sizes[last] == 1 { spatial.removeLast() }
            return Axes(sizes: sizes, spatial: spatial, steps: nil)
        }
        let spatial = sizes.indices.filter { vectors[$0] != nil }
        return Axes(sizes: sizes, spatial: spatial, steps: spatial.compactMap { vectors[$0] })
    }

    /// `space directions`, nil for each axis that has none; nil where the field is missing.
    private func directions(_ count: Int) throws -> [SIMD3<Double>?]? {
        guard let text = fields["space directions"] else { return nil }
        let unclear = Problem(url, "has 'space directions' that are not understood: \(text.prefix(80))", remedy: "the header is damaged")
        var vectors: [SIMD3<Double>?] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
            rest = rest[start...]
            if rest.hasPrefix("none") {
                vectors.append(nil)
                rest = rest.dropFirst(4)
                continue
            }
            guard rest.hasPrefix("("), let close = rest.firstIndex(of: ")") else { throw unclear }
            let numbers = rest[rest.index(after: rest.startIndex)..<close].split(separator: ",").map {
                Double($0.trimmingCharacters(in: .whitespaces))
            }
            rest = rest[rest.index(after: close)...]
            if numbers.count == 2, words("space dimension") == ["2"], let x = numbers[0], let y = numbers[1] {
                vectors.append(SIMD3(x, y, 0))
                continue
            }
            guard numbers.count == 3, let x = numbers[0], let y = numbers[1], let z = numbers[2] else {
                throw Problem(
                    url,
                    "has 'space directions' of \(numbers.count) numbers, in a space that is not the patient's 3D space (space dimension)",
                    remedy: "store the image with 'space: left-posterior-superior' and three axes")
            }
            // NaN marks axes that are not spatial in files of other programs.
            vectors.append(x.isNaN && y.isNaN && z.isNaN ? nil : SIMD3(x, y, z))
        }
        guard vectors.count == count else { throw unclear }
        return vectors
    }

    /// The grid of three axes of space.
    ///
    /// - Throws: `Problem` naming the field that is missing or impossible.
    func grid(_ axes: Axes, _ policy: ReadingPolicy, _ notices: inout [ImageNotice]) throws -> (grid: GridVectors, fields: String) {
        let sizes = axes.spatial.map { axes.sizes[$0] }
        let size = SIMD3(sizes[0], sizes[1], sizes.count > 2 ? sizes[2] : 1)
        let unit = try unit()
        if sizes.count == 2, let steps = axes.steps, steps.count == 2, words("space dimension") == ["2"] {
            let origin = try numbers("space origin", 2) ?? [0, 0]
            return (
                GridVectors(
                    size: size, steps: steps.map { $0 * unit } + [SIMD3(0, 0, 1)], origin: SIMD3(origin[0], origin[1], 0) * unit),
                "space directions"
            )
        }
        guard let sign = orientation(), let steps = axes.steps else {
            return try unoriented(size, axes, unit, policy, &notices)
        }
        let lps = steps.map { $0 * sign * unit }
        guard lps.count == 3 else {
            throw Problem(
                url, "has \(lps.count) axes of space ('space directions'), an image has three",
                remedy: "store it as a 3D image with one slice")
        }
        return (GridVectors(size: size, steps: lps, origin: try origin(&notices) * sign * unit), "space directions")
    }

    /// The signs that turn the header's space into LPS; nil where none is stated.
    private func orientation() -> SIMD3<Double>? {
        switch fields["space"]?.lowercased() {
        case "left-posterior-superior", "lps": return SIMD3(1, 1, 1)
        case "right-anterior-superior", "ras": return SIMD3(-1, -1, 1)
        case "left-anterior-superior", "las": return SIMD3(1, -1, 1)
        default: return nil
        }
    }

    private func origin(_ notices: inout [ImageNotice]) throws -> SIMD3<Double> {
        guard let origin = try numbers("space origin", 3) else {
            notices.append(ImageNotice(url, "states no position ('space origin'); its first voxel is placed at 0, 0, 0"))
            return .zero
        }
        return SIMD3(origin[0], origin[1], origin[2])
    }

    /// The numbers of a vector; nil where the field is missing.
    private func numbers(_ key: String, _ count: Int) throws -> [Double]? {
        guard let text = fields[key] else { return nil }
        let words = text.split { " (),".contains($0) }
        let numbers = words.compactMap { Double($0) }
        guard numbers.count == count, words.count == count else {
            throw Problem(url, "has a '\(key)' that is not understood: \(text.prefix(80))", remedy: "the header is damaged")
        }
        return numbers
    }

    /// Length of the unit of space in mm; 1 where none is stated.
    private func unit() throws -> Double {
        let names = Set(
            (fields["space units"] ?? "").split(separator: "\"").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty })
        guard names.count <= 1 else { throw Problem(url, "has 'space units' that differ: \(names.sorted().joined(separator: ", "))") }
        switch names.first?.lowercased() {
        case nil, "mm", "millimeter", "millimetre", "???": return 1
        case "cm": return 10
        case "m", "meter", "metre": return 1000
        case "um", "µm", "micron", "micrometer": return 0.001
        case let other?: throw Problem(url, "has an unknown unit of length, '\(other)' (space units)", remedy: "store it in mm")
        }
    }

    private func unoriented(
        _ size: SIMD3<Int>, _ axes: Axes, _ unit: Double, _ policy: ReadingPolicy, _ notices: inout [ImageNotice]
    ) throws -> (grid: GridVectors, fields: String) {
        let isPlanar = axes.spatial.count == 2
        guard isPlanar || policy.assumedOrientation != nil else {
            let space = fields["space"].map { "space: \($0)" } ?? fields["space dimension"].map { "space dimension: \($0)" } ?? "no space"
            throw Problem(
                url, "does not state which anatomical space it is in (\(space))",
                remedy: "state it with --assume-orientation, for example LPS, or store it with 'space: left-posterior-superior'")
        }
        var spacing = SIMD3<Double>(repeating: 1)
        let stated = words("spacings").map { Double($0) ?? .nan }
        for (index, axis) in axes.spatial.prefix(3).enumerated() {
            let length = axes.steps.map { $0[index].length } ?? (axis < stated.count ? stated[axis] : .nan)
            if length.isFinite, length > 0 {
                spacing[index] = length * unit
            } else if let assumed = policy.assumedSpacing {
                spacing[index] = assumed[2 - index]
                notices.append(
                    ImageNotice(
                        url,
                        "states no spacing along \(["x", "y", "z"][index]); \(GridVectors.text(assumed[2 - index])) mm is taken (--assume-spacing)"
                    ))
            } else {
                throw Problem(
                    url, "states no spacing along \(["x", "y", "z"][index]) (space directions, spacings)",
                    remedy: "state it with --assume-spacing z,y,x")
            }
        }
        let codes = isPlanar ? "LPS" : policy.assumedOrientation ?? "LPS"
        if !isPlanar {
            notices.append(
                ImageNotice(
                    url, "states no orientation; \(codes.uppercased()) and a first voxel at 0, 0, 0 are taken (--assume-orientation)"))
        }
        return (try GridVectors(size: size, codes: codes, spacing: spacing), "spacings")
    }

    /// Checks the header of an image with one value per voxel.
    ///
    /// - Throws: `Problem` naming the field that is missing, impossible or contradicted.
    func checked(_ bytes: UnsafeRawBufferPointer, _ policy: ReadingPolicy) throws -> ImageHeader {
        let element = try element()
        let sizes = try sizes(element)
        let axes = try axes(sizes)
        if let other = sizes.indices.first(where: { !axes.spatial.contains($0) && sizes[$0] > 1 }) {
            let kinds = words("kinds")
            let kind = other < kinds.count ? kinds[other] : "not spatial"
            throw Problem(
                url, "has \(sizes.count) dimensions: axis \(other) (\(kind)) has \(sizes[other]) values per voxel",
                remedy: "give one 3D image with one value per voxel for each modality")
        }
        guard axes.spatial.count == 2 || axes.spatial.count == 3 else {
            throw Problem(
                url, "has \(sizes.count) dimensions, \(axes.spatial.count) of them in space",
                remedy: "give one 3D image with one value per voxel for each modality")
        }
        var notices: [ImageNotice] = []
        let (grid, fields) = try grid(axes, policy, &notices)
        let (geometry, found) = try grid.geometry(url, fields: fields, isPlanar: axes.spatial.count == 2)
        return ImageHeader(
            url: url, geometry: geometry, element: element, isBigEndian: try isBigEndian(element), scaling: .none,
            location: try location(bytes, axes: sizes.count), notices: notices + found)
    }
}
