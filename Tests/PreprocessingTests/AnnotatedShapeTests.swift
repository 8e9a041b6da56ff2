import Imaging
import Preprocessing
import Support
import Testing

/// Shapes in the voxels of an image.
@Suite struct AnnotatedShapeTests {
    private static let oblique: Geometry = {
        // Turned by 30° around z, x running backwards.
        let (c, s) = (0.75.squareRoot(), 0.5)
        return Geometry(
            size: SIMD3(9, 11, 13), spacing: SIMD3(2, 0.8, 0.6), origin: SIMD3(5, -7, 11), direction: [-c, -s, 0, -s, c, 0, 0, 0, 1])
    }()

    private func inside(_ geometry: Geometry, _ test: (SIMD3<Double>) -> Bool) -> [Int] {
        var offsets: [Int] = []
        for i in 0..<geometry.size.x {
            for j in 0..<geometry.size.y {
                for k in 0..<geometry.size.z where test(geometry.position(of: SIMD3(Double(i), Double(j), Double(k)))) {
                    offsets.append((i * geometry.size.y + j) * geometry.size.z + k)
                }
            }
        }
        return offsets
    }

    /// In millimetres instead of voxels, every box is as large as the image.
    @Test func objectsThatCoverTheImageManyTimesAreAProblem() throws {
        let geometry = Geometry(size: SIMD3(8, 256, 256), spacing: .one)
        let whole = AnnotatedShape.voxels(lower: SIMD3(repeating: -1), upper: SIMD3(repeating: 1e6))
        func paint(_ count: Int) throws -> Int {
            var limit = CoverageLimit(geometry)
            return try (0..<count).map { AnnotatedObject(whole, label: 0, source: "line \($0)") }.painted(in: geometry, &limit).count
        }
        #expect(try paint(4) == 4)
        #expect { try paint(100) } throws: { "\($0)".hasPrefix("line 4: the objects up to this one") }
    }

    /// What is painted are the voxels whose centres lie inside, found by looking at all of them.
    @Test func shapesOfThePatient() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            let index = SIMD3(generator.uniform(1, 7), generator.uniform(1, 9), generator.uniform(1, 11))
            let center = Self.oblique.position(of: index)
            let half = SIMD3(generator.uniform(1, 5), generator.uniform(1, 5), generator.uniform(1, 5))
            let box = AnnotatedShape.box(lower: center - half, upper: center + half).voxels(of: Self.oblique)
            let expected = inside(Self.oblique) { position in (0..<3).allSatisfy { abs(position[$0] - center[$0]) <= half[$0] } }
            if !expected.isEmpty { #expect(box.offsets == expected) }
            let radius = generator.uniform(0.5, 5)
            let ball = AnnotatedShape.ball(center: center, radius: radius).voxels(of: Self.oblique)
            let round = inside(Self.oblique) { position in ((position - center) * (position - center)).sum() <= radius * radius }
            if !round.isEmpty { #expect(ball.offsets == round) }
            #expect(AnnotatedShape.ballAtVoxel(index, radius: radius).voxels(of: Self.oblique).offsets == ball.offsets)
            // Along the image's own axes.
            let axes = (0..<3).map(Self.oblique.directionOfAxis)
            let turned = AnnotatedShape.box(center: center, size: half * 2, axes: axes).voxels(of: Self.oblique)
            let own = inside(Self.oblique) { position in
                (0..<3).allSatisfy { abs(((position - center) * axes[$0]).sum()) <= half[$0] }
            }
            if !own.isEmpty { #expect(turned.offsets == own) }
        }
    }

    @Test func voxelsFromEdgeToEdge() {
        let grid = Geometry(size: SIMD3(4, 4, 4), spacing: SIMD3(1, 1, 1))
        let one = AnnotatedShape.voxels(lower: SIMD3(0.5, 1.5, 2.5), upper: SIMD3(1.5, 2.5, 3.5)).voxels(of: grid)
        #expect(one.offsets == [1 * 16 + 2 * 4 + 3] && !one.isCut)
        let all = AnnotatedShape.voxels(lower: SIMD3(repeating: -0.5), upper: SIMD3(repeating: 3.5)).voxels(of: grid)
        #expect(all.offsets.count == 64 && !all.isCut)
        let cut = AnnotatedShape.voxels(lower: SIMD3(-3, 0, 0), upper: SIMD3(1, 1, 1)).voxels(of: grid)
        #expect(cut.offsets == [0] && cut.isCut)
        // Thinner than a voxel: the nearest one.
        let thin = AnnotatedShape.voxels(lower: SIMD3(1.1, 1.1, 1.1), upper: SIMD3(1.2, 1.2, 1.2)).voxels(of: grid)
        #expect(thin.offsets == [1 * 16 + 1 * 4 + 1])
        for far in [1e6, 1e300, .infinity, .nan] {
            #expect(AnnotatedShape.voxels(lower: SIMD3(repeating: far), upper: SIMD3(repeating: far)).voxels(of: grid).offsets.isEmpty)
            #expect(AnnotatedShape.ball(center: SIMD3(repeating: far), radius: 1).voxels(of: grid).offsets.isEmpty)
        }
    }

    /// A box between two slices is painted into the nearer one, in its whole extent; in mm as in voxels.
    @Test func boxesThinnerThanASlice() {
        let grid = Geometry(
            size: SIMD3(6, 10, 12), spacing: SIMD3(24, 1, 0.5), origin: SIMD3(5, -7, 100), direction: [-1, 0, 0, 0, 1, 0, 0, 0, -1])
        let (lower, upper) = (SIMD3(1.6, 1.5, 1.5), SIMD3(1.9, 5.5, 9.5))
        var expected: [Int] = []
        for j in 2...5 { for k in 2...9 { expected.append((2 * 10 + j) * 12 + k) } }
        let inVoxels = AnnotatedShape.voxels(lower: lower, upper: upper).voxels(of: grid)
        #expect(inVoxels.offsets == expected && !inVoxels.isCut)
        let (a, b) = (grid.position(of: lower), grid.position(of: upper))
        let inPatient = AnnotatedShape.box(lower: pointwiseMin(a, b), upper: pointwiseMax(a, b)).voxels(of: grid)
        #expect(inPatient.offsets == expected && !inPatient.isCut)
        // Sides in another order.
        let region = AnnotatedShape.box(
            center: (a + b) / 2, size: SIMD3(4, 4, 0.3 * 24), axes: [SIMD3(0, 1, 0), SIMD3(-1, 0, 0), SIMD3(0, 0, 1)])
        #expect(region.voxels(of: grid).offsets == expected)
        // Faces on the centres of voxels: 4 mm are four voxels of 1 mm.
        let even = Geometry(size: SIMD3(9, 9, 9), spacing: .one)
        let box = AnnotatedShape.box(lower: SIMD3(2, 2, 2), upper: SIMD3(6, 6, 6)).voxels(of: even)
        #expect(box.offsets.count == 64)
    }

    @Test func ofTwoThatOverlapTheSmallerKeepsItsVoxels() throws {
        func object(_ offsets: Range<Int>, _ label: Int) -> InstancePainting.Object {
            InstancePainting.Object(offsets: Array(offsets), label: label, source: "line \(label)")
        }
        let painting = try InstancePainting([object(2..<4, 7), object(0..<6, 8), object(5..<9, 9)], shape: SIMD3(1, 1, 10))
        #expect(painting.map.voxels == [2, 2, 1, 1, 2, 3, 3, 3, 3, 0] && painting.classes == [1: 7, 2: 8, 3: 9])
        #expect(painting.overlapped == 1)
        #expect(throws: Problem.self) { try InstancePainting([object(2..<4, 7), object(2..<4, 8)], shape: SIMD3(1, 1, 10)) }
    }

    @Test func names() throws {
        let classes = ClassNames(["mass", "mass large", "cyst"])
        #expect(try classes.label("Cyst", source: "") == 2 && classes.label("1", source: "") == 1)
        #expect(throws: Problem.self) { try classes.label("3", source: "") }
        for (text, label) in [("mass", 0), ("Mass 2", 0), ("mass_0.93", 0), ("mass large 1", 1), ("CYST-4", 2)] {
            #expect(try classes.label(ofObject: text, source: "") == label, "\(text)")
        }
        for text in ["massive", "lung", "", "mass larger"] {
            #expect(throws: Problem.self) { try classes.label(ofObject: text, source: "") }
        }
        #expect(try ClassNames(["only"]).label(ofObject: "R-1", source: "") == 0)
    }
}
