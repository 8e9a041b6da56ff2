import Imaging
import Testing

@Suite struct CropTests {
    @Test func cropAndPadAreInverse() {
        let volume = coordinates(SIMD3(4, 5, 6))
        let (lower, upper) = (SIMD3(1, 0, 2), SIMD3(3, 4, 6))
        let part = volume.cropped(lower, upper)
        #expect(part.shape == SIMD3(2, 4, 4))
        #expect(part[0, 0, 0] == 102 && part[1, 3, 3] == 235)
        let whole = part.padded(lower: lower, upper: volume.shape &- upper, with: -7)
        #expect(whole.shape == volume.shape)
        #expect(whole.cropped(lower, upper) == part)
        #expect(whole.voxels.count { $0 == -7 } == volume.count - part.count)
        #expect(volume.cropped(.zero, volume.shape) == volume)
        #expect(volume.cropped(SIMD3(2, 2, 2), SIMD3(2, 3, 3)).count == 0)
    }

    @Test func croppedGridStaysInPlace() {
        let geometry = RoundTripTests.geometry
        let part = geometry.cropped(SIMD3(1, 2, 3), SIMD3(4, 5, 6))
        #expect(part.size == SIMD3(3, 3, 3))
        let (a, b) = (part.position(of: SIMD3(1, 1, 1)), geometry.position(of: SIMD3(2, 3, 4)))
        for axis in 0..<3 { #expect(abs(a[axis] - b[axis]) < 1e-9) }
    }

    @Test func positionsAndIndicesAreInverse() {
        let geometry = RoundTripTests.geometry
        let index = SIMD3(1.25, -3, 7.5)
        let back = geometry.index(of: geometry.position(of: index))
        for axis in 0..<3 { #expect(abs(back[axis] - index[axis]) < 1e-9) }
        // One step along axis 0 is one spacing along the third column of the direction.
        let step = geometry.position(of: SIMD3(1, 0, 0)) - geometry.origin
        for row in 0..<3 { #expect(abs(step[row] - 2.5 * RoundTripTests.oblique[3 * row + 2]) < 1e-12) }
    }

    @Test func shareOfAGridWithinAnother() {
        let geometry = RoundTripTests.geometry
        #expect(geometry.share(within: geometry) == 1)
        let (size, half) = (geometry.size, geometry.size.x / 2)
        let part = geometry.cropped(.zero, SIMD3(half, size.y, size.z))
        #expect(abs(geometry.share(within: part) - Double(half) / Double(size.x)) < 1e-9)
        #expect(part.share(within: geometry) == 1)
        // More voxels than are looked at.
        var wide = Geometry(size: SIMD3(1000, 1, 40), spacing: SIMD3(0.5, 1, 1))
        let whole = wide
        wide.origin.z += 125
        #expect(abs(whole.share(within: wide) - 0.75) < 1e-9)
        wide.origin.z += 1000
        #expect(whole.share(within: wide) == 0)
    }

    @Test func boundsOfWhatIsNotZero() throws {
        var mask = Volume<UInt8>(shape: SIMD3(5, 6, 7), filledWith: 0)
        #expect(mask.nonzeroBounds() == nil)
        mask[1, 4, 2] = 1
        mask[3, 2, 6] = 255
        let bounds = try #require(mask.nonzeroBounds())
        #expect(bounds.lower == SIMD3(1, 2, 2) && bounds.upper == SIMD3(4, 5, 7))
        let full = try #require(Volume<UInt8>(shape: SIMD3(2, 3, 4), filledWith: 1).nonzeroBounds())
        #expect(full.lower == .zero && full.upper == SIMD3(2, 3, 4))
    }

    @Test func maskOfSeveralChannels() {
        let shape = SIMD3(1, 2, 2)
        let mask = Volume<UInt8>(nonzeroOf: [
            Volume(shape: shape, voxels: [0, -1, 0, 0]), Volume(shape: shape, voxels: [0, 0, 0.5, -0.0]),
        ])
        #expect(mask.voxels == [0, 1, 1, 0])
    }

    @Test func differencesOfGridsAreNamed() {
        let geometry = RoundTripTests.geometry
        #expect(geometry.isClose(to: geometry))
        var other = geometry
        other.origin.y *= 1 + 5e-6
        #expect(geometry.isClose(to: other))
        other.origin.y += 0.3
        #expect(geometry.difference(from: other)?.contains("; origin (") == true)
        other = geometry
        // The far corner counts: four voxels of 2.5 mm, each longer by a quarter.
        other.spacing.x += 0.15
        #expect(geometry.isClose(to: other) && geometry.slightDifference(from: other)?.contains("; spacing (") == true)
        other.spacing.x += 0.15
        #expect(geometry.difference(from: other)?.contains("; spacing (") == true)
        other = geometry
        other.direction[0] += 0.2
        #expect(geometry.difference(from: other)?.contains("; direction (") == true)
        other.size = SIMD3(4, 5, 7)
        #expect(geometry.difference(from: other) == "size 4 × 5 × 6 instead of 4 × 5 × 7 voxels (axes z, y, x)")
        let flat = Geometry(planarSize: (y: 4, x: 5))
        #expect(flat.difference(from: Geometry(size: flat.size, spacing: flat.spacing)) == "2 dimensions instead of 3")
        // The same shift counts wherever the origin is.
        for origin in [SIMD3<Double>.zero, SIMD3(1e4, -1e4, 300)] {
            var near = geometry
            near.origin = origin
            var shifted = near
            shifted.origin.x += 1e-7
            #expect(shifted.isClose(to: near) && shifted.slightDifference(from: near) == nil)
        }
    }
}
