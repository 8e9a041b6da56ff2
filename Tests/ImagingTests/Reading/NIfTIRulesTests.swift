import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Which fields of NIfTI headers decide on the grid, and what happens where they lack or contradict each other.
@Suite struct NIfTIRulesTests {
    private func decode(
        _ fixture: NIfTIFixture, _ policy: ReadingPolicy = .strict
    ) throws -> (geometry: Geometry, notices: [String], voxels: [Float]) {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("case.nii")
            try fixture.data.write(to: file)
            let decoded = try ImageReader(policy).decode(file)
            // Headers alone say the same.
            #expect(try ImageReader(policy).geometry(file) == decoded.image.geometry)
            return (decoded.image.geometry, decoded.notices.map(\.text), decoded.image.volume.voxels)
        }
    }

    private func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { ((a - b) * (a - b)).sum().squareRoot() }

    private func expectRefused(
        _ fixture: NIfTIFixture, _ texts: String..., policy: ReadingPolicy = .strict, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            let read = try decode(fixture, policy)
            Issue.record("read as \(read.geometry)", sourceLocation: sourceLocation)
        } catch {
            for text in texts { #expect("\(error)".contains(text), "\(error)", sourceLocation: sourceLocation) }
            #expect("\(error)".contains("case.nii"), sourceLocation: sourceLocation)
        }
    }

    /// A qform of code 1 with the spacing of pixdim, turned about z by 2 × asin(d).
    private static func qform(_ change: (inout NIfTIFixture) -> Void = { _ in }) -> NIfTIFixture {
        NIfTIFixture {
            ($0.qformCode, $0.sformCode) = (1, 0)
            $0.pixdim = [1, 0.5, 0.75, 2]
            $0.offset = SIMD3(10, -20, 30)
            change(&$0)
        }
    }

    @Test(arguments: [1, 2], [false, true]) func versionsAndByteOrders(version: Int, isBigEndian: Bool) throws {
        let found = try decode(
            NIfTIFixture {
                ($0.version, $0.isBigEndian) = (version, isBigEndian)
                $0.sform = [[0, -2, 0, 5], [0.5, 0, 0, 6], [0, 0, 3, 7]]
                $0.pixdim = [1, 0.5, 2, 3]
                ($0.slope, $0.intercept) = (2, -1)
            })
        #expect(found.geometry.size == SIMD3(2, 3, 4) && found.geometry.spacing == SIMD3(3, 2, 0.5))
        #expect(found.geometry.origin == SIMD3(-5, -6, 7))
        // x of the array runs to RAS +y, which is LPS −y.
        #expect(found.geometry.direction == [0, 1, 0, -1, 0, 0, 0, 0, 1])
        #expect(found.voxels == (0..<24).map { Float(2 * $0 - 1) } && found.notices.isEmpty)
    }

    @Test func qformAloneCounts() throws {
        let angle = 0.3
        let found = try decode(Self.qform { $0.quaternion = SIMD3(0, 0, sin(angle / 2)) })
        let expected = [cos(angle), -sin(angle), 0, sin(angle), cos(angle), 0, 0, 0, 1].enumerated().map { index, value in
            index < 6 ? -value : value
        }
        for (mine, theirs) in zip(found.geometry.direction, expected) { #expect(abs(mine - theirs) < 1e-6) }
        #expect(distance(found.geometry.spacing, SIMD3(2, 0.75, 0.5)) < 1e-6)
        #expect(found.geometry.origin == SIMD3(-10, 20, 30) && found.notices.isEmpty)
        // qfac of −1 turns the third axis round.
        let turned = try decode(Self.qform { $0.pixdim[0] = -1 })
        #expect(turned.geometry.direction[8] == -1)
    }

    /// A matrix of a rotation about three axes, as nibabel writes both forms of it.
    private static func both(_ angles: [Double], _ spacing: SIMD3<Double> = SIMD3(0.5, 0.75, 2)) -> NIfTIFixture {
        func multiply(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
            (0..<3).map { row in (0..<3).map { column in (0..<3).reduce(0) { $0 + a[row][$1] * b[$1][column] } } }
        }
        let (a, b, c) = (angles[0], angles[1], angles[2])
        let rotation = multiply(
            [[cos(a), -sin(a), 0], [sin(a), cos(a), 0], [0, 0, 1]],
            multiply([[1, 0, 0], [0, cos(b), -sin(b)], [0, sin(b), cos(b)]], [[cos(c), 0, sin(c)], [0, 1, 0], [-sin(c), 0, cos(c)]]))
        let trace = rotation[0][0] + rotation[1][1] + rotation[2][2]
        let squares = [1 + trace] + (0..<3).map { 1 + 2 * rotation[$0][$0] - trace }
        let largest = squares.indices.max { squares[$0] < squares[$1] } ?? 0
        var q = [Double](repeating: 0, count: 4)
        let (x, y, z) = (
            rotation[2][1] - rotation[1][2], rotation[0][2] - rotation[2][0], rotation[1][0] - rotation[0][1]
        )
        let root = squares[largest].squareRoot()
        switch largest {
        case 0: q = [root, x / root, y / root, z / root]
        case 1: q = [x / root, root, (rotation[0][1] + rotation[1][0]) / root, (rotation[0][2] + rotation[2][0]) / root]
        case 2: q = [y / root, (rotation[0][1] + rotation[1][0]) / root, root, (rotation[1][2] + rotation[2][1]) / root]
        default: q = [z / root, (rotation[0][2] + rotation[2][0]) / root, (rotation[1][2] + rotation[2][1]) / root, root]
        }
        let sign: Double = q[0] < 0 ? -1 : 1
        return NIfTIFixture {
            ($0.qformCode, $0.sformCode) = (1, 1)
            $0.sizes = [512, 512, 300]
            $0.pixdim = [1, spacing.x, spacing.y, spacing.z]
            $0.quaternion = SIMD3(q[1], q[2], q[3]) * sign / 2
            $0.offset = SIMD3(-180, 120, 77)
            $0.sform = (0..<3).map { row in (0..<3).map { rotation[row][$0] * spacing[$0] } + [[-180, 120, 77][row]] }
            $0.voxels = []
        }
    }

    /// The forms of one grid agree for every rotation, also about 180° where float32 leaves the quaternion's first number uncertain.
    @Test func formsOfOneGridAgree() throws {
        var generator = SeededGenerator(seed: 7)
        var angles: [[Double]] = [[.pi, 0, 0], [.pi, 1e-4, 0], [.pi - 3e-4, 2e-4, 1e-4], [0, .pi, 1e-3], [1e-4, 1e-3, .pi]]
        for _ in 0..<200 { angles.append((0..<3).map { _ in Double.random(in: -Double.pi...Double.pi, using: &generator) }) }
        for _ in 0..<200 { angles.append([.pi] + (0..<2).map { _ in Double.random(in: -0.02...0.02, using: &generator) }) }
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("case.nii.gz")
            for angle in angles {
                var fixture = Self.both(angle)
                fixture.sizes = [512, 512, 1]
                fixture.voxels = [1, 2]
                // Headers alone are looked at: the file may lack its voxels where they are compressed.
                try compressed(fixture.data + Data(count: 512 * 512 * 2)).write(to: file)
                let geometry = try ImageReader { Issue.record("\(angle): \($0)") }.geometry(file)
                #expect(geometry.size == SIMD3(1, 512, 512))
            }
        }
    }

    private func compressed(_ data: Data) throws -> Data {
        var result = Data()
        let writer = try GzipWriter { result.append($0) }
        try data.withUnsafeBytes { try writer.add($0) }
        try writer.finish()
        return result
    }

    @Test func contradictingFormsAreRefusedUnlessOneIsPreferred() throws {
        var fixture = Self.qform()
        fixture.sformCode = 2
        fixture.sform = [[1, 0, 0, 10], [0, 1, 0, -20], [0, 0, 2, 30]]
        expectRefused(fixture, "qform", "sform", "0.5, 0.75, 2", "1, 1, 2", "--prefer-sform or --prefer-qform", "mm apart")
        let sform = try decode(fixture, ReadingPolicy(preferredForm: .sform))
        #expect(sform.geometry.spacing == SIMD3(2, 1, 1) && sform.notices.first?.contains("--prefer-sform") == true)
        let qform = try decode(fixture, ReadingPolicy(preferredForm: .qform))
        #expect(qform.geometry.spacing == SIMD3(2, 0.75, 0.5))
        // A fraction of a voxel is a notice.
        fixture.sform = [[0.5, 0, 0, 10.05], [0, 0.75, 0, -20], [0, 0, 2, 30]]
        let slight = try decode(fixture)
        #expect(
            slight.notices.count == 1 && slight.notices[0].contains("mm apart; the sform is taken")
                && abs(slight.geometry.origin.x + 10.05) < 1e-5)
        // The tolerance is measured at the far corner: the same difference of spacing counts in a large image only.
        fixture.sform = [[0.501, 0, 0, 10], [0, 0.75, 0, -20], [0, 0, 2, 30]]
        #expect(try decode(fixture).notices.count == 1)
        (fixture.sizes, fixture.voxels) = ([2000, 1, 1], (0..<2000).map { Int16($0) })
        expectRefused(fixture, "--prefer-sform")
    }

    @Test func pixdimAgainstTheSform() throws {
        var fixture = NIfTIFixture { $0.pixdim = [1, 2, 2, 2] }
        expectRefused(fixture, "its sform has a spacing of (1, 1, 1) mm, pixdim says (2, 2, 2) mm", "--prefer-sform")
        let found = try decode(fixture, ReadingPolicy(preferredForm: .sform))
        #expect(found.geometry.spacing == .one && found.notices.count == 1)
        for stated in [0, .nan, -1] {
            fixture.pixdim = [1, stated, 1, 1]
            #expect(try decode(fixture).geometry.spacing == .one)
        }
    }

    @Test func missingAndImpossibleSpacing() throws {
        for stated in [0, Double.nan, .infinity] {
            let fixture = Self.qform { $0.pixdim[3] = stated }
            expectRefused(fixture, "pixdim[3]", "along z", "--assume-spacing")
            let found = try decode(fixture, ReadingPolicy(assumedSpacing: SIMD3(4, 9, 9)))
            #expect(found.geometry.spacing == SIMD3(4, 0.75, 0.5) && found.notices.first?.contains("--assume-spacing") == true)
        }
        let negative = try decode(Self.qform { $0.pixdim[1] = -0.5 })
        #expect(negative.geometry.spacing == SIMD3(2, 0.75, 0.5) && negative.notices.first?.contains("pixdim[1]") == true)
        // What is complete is not changed by what is assumed.
        #expect(try decode(Self.qform(), ReadingPolicy(assumedSpacing: SIMD3(9, 9, 9))).geometry.spacing == SIMD3(2, 0.75, 0.5))
    }

    @Test func missingOrientation() throws {
        let fixture = NIfTIFixture {
            ($0.sformCode, $0.qformCode) = (0, 0)
            $0.pixdim = [1, 0.5, 0.75, 2]
        }
        expectRefused(fixture, "qform_code and sform_code are 0", "--assume-orientation", "0.5, 0.75, 2")
        let found = try decode(fixture, ReadingPolicy(assumedOrientation: "RAS"))
        #expect(found.geometry.axisCodes == "RAS" && found.geometry.spacing == SIMD3(2, 0.75, 0.5))
        #expect(found.notices.first?.contains("--assume-orientation") == true)
    }

    @Test func sheared() throws {
        func fixture(_ shear: Double) -> NIfTIFixture {
            NIfTIFixture {
                $0.sizes = [101, 101, 2]
                $0.voxels = (0..<101 * 101 * 2).map { Int16($0 % 1000) }
                $0.sform = [[1, shear, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
                $0.pixdim = [1, 1, (1 + shear * shear).squareRoot(), 1]
            }
        }
        #expect(try decode(fixture(1e-7)).notices.isEmpty)
        let slight = try decode(fixture(1e-3))
        #expect(slight.notices.count == 1 && slight.notices[0].contains("not exactly perpendicular"))
        // What is read is perpendicular exactly, so that it can be written and read again.
        let d = slight.geometry.direction
        #expect(abs(d[0] * d[1] + d[3] * d[4] + d[6] * d[7]) < 1e-14)
        expectRefused(fixture(0.02), "x and y meet at 88.85", "not perpendicular", "sform")
    }

    @Test func unitsAreMillimetresInTheEnd() throws {
        for (units, factor) in [(0, 1.0), (1, 1000), (2, 1), (3, 0.001), (2 | 8, 1), (2 | 16, 1)] {
            let found = try decode(
                NIfTIFixture {
                    $0.units = units
                    $0.pixdim = [1, 0.5, 0.25, 0.125]
                    $0.sform = [[0.5, 0, 0, 1], [0, 0.25, 0, 2], [0, 0, 0.125, 3]]
                })
            #expect(distance(found.geometry.spacing, SIMD3(0.125, 0.25, 0.5) * factor) < 1e-9, "unit \(units)")
            #expect(distance(found.geometry.origin, SIMD3(-1, -2, 3) * factor) < 1e-9)
        }
        expectRefused(NIfTIFixture { $0.units = 5 }, "xyzt_units")
        expectRefused(
            NIfTIFixture {
                ($0.units, $0.pixdim) = (1, [1, 5, 5, 5])
                $0.sform = [[5, 0, 0, 0], [0, 5, 0, 0], [0, 0, 5, 0]]
            }, "5000, 5000, 5000", "no patient")
    }

    @Test func dimensions() throws {
        #expect(try decode(NIfTIFixture { $0.sizes = [4, 3, 2, 1, 1] }).geometry.size == SIMD3(2, 3, 4))
        expectRefused(NIfTIFixture { $0.sizes = [4, 3, 1, 2] }, "4 dimensions", "2 images in time")
        expectRefused(NIfTIFixture { $0.sizes = [4, 3, 1, 1, 2] }, "several values per voxel")
        expectRefused(NIfTIFixture { $0.sizes = [4, 0, 2] }, "a size of 0 along y")
        expectRefused(NIfTIFixture { $0.sizes = [4, -3, 2] }, "a size of -3 along y")
        expectRefused(NIfTIFixture { $0.sizes = [30_000, 30_000, 30_000] }, "30000 × 30000 × 30000")
        expectRefused(NIfTIFixture { ($0.version, $0.sizes) = (2, [1 << 40, 1 << 40, 1 << 40]) }, "more than any image has")
        expectRefused(NIfTIFixture { $0.sizes = [400, 3, 2] }, "is truncated: it holds 48 of the 4800 bytes")
        expectRefused(NIfTIFixture { $0.voxelOffset = 100 }, "vox_offset")
        expectRefused(NIfTIFixture { $0.voxelOffset = .nan }, "vox_offset")
        let longer = try decode(NIfTIFixture { $0.voxels += [1, 2, 3] })
        #expect(longer.notices == ["6 bytes after its last voxel are ignored: its header states fewer voxels than it holds"])
    }

    @Test func scaling() throws {
        #expect(try decode(NIfTIFixture { ($0.slope, $0.intercept) = (0, 0) }).voxels[5] == 5)
        #expect(try decode(NIfTIFixture { ($0.slope, $0.intercept) = (.nan, .nan) }).voxels[5] == 5)
        let ignored = try decode(NIfTIFixture { ($0.slope, $0.intercept) = (0, 3) })
        #expect(ignored.voxels[5] == 5 && ignored.notices.first?.contains("scl_inter") == true)
        expectRefused(NIfTIFixture { $0.slope = .infinity }, "scl_slope")
        expectRefused(NIfTIFixture { $0.intercept = .nan }, "scl_inter")
    }
}
