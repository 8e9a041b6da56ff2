import Foundation
import Imaging
import Support
import Testing

@Suite struct ResamplingTests {
    private func noise(_ shape: SIMD3<Int>, seed: UInt64 = 1) -> Volume<Float> {
        var generator = SeededGenerator(seed: seed)
        return Volume(shape: shape, voxels: (0..<shape.x * shape.y * shape.z).map { _ in Float(generator.normal()) * 100 })
    }

    private func largestDifference(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } }

    @Test(arguments: [Interpolation.cubic, .linear])
    func sameSizeIsTheSameVolume(interpolation: Interpolation) {
        let volume = noise(SIMD3(5, 6, 7))
        #expect(volume.resampled(to: volume.shape, interpolation: interpolation) == volume)
    }

    /// Each axis by itself must give what all together give.
    @Test(arguments: [Interpolation.cubic, .linear])
    func axesAreIndependent(interpolation: Interpolation) {
        // Smooth, so that clipping between the steps changes little (1 % where the extremes lie).
        var volume = Volume<Float>(shape: SIMD3(9, 17, 40), filledWith: 0)
        for i in 0..<9 {
            for j in 0..<17 { for k in 0..<40 { volume[i, j, k] = sin(Float(i) / 3) + cos(Float(j) / 4) * sin(Float(k) / 5 + 1) } }
        }
        let target = SIMD3(30, 20, 77)
        let together = volume.resampled(to: target, interpolation: interpolation)
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            var stepwise = volume
            for axis in order {
                var shape = stepwise.shape
                shape[axis] = target[axis]
                stepwise = stepwise.resampled(to: shape, interpolation: interpolation)
            }
            #expect(largestDifference(together.voxels, stepwise.voxels) < 0.02)
        }
    }

    @Test(arguments: [Interpolation.cubic, .linear], [1, 2, 3])
    func threadsDoNotChangeTheResult(interpolation: Interpolation, threads: Int) {
        let volume = noise(SIMD3(13, 21, 70))
        let one = volume.resampled(to: SIMD3(20, 15, 90), interpolation: interpolation, threads: 1)
        #expect(volume.resampled(to: SIMD3(20, 15, 90), interpolation: interpolation, threads: threads) == one)
    }

    /// A 2D image is a volume of one slice, whichever axis that is.
    @Test(arguments: [Interpolation.cubic, .linear], [0, 1, 2])
    func oneSliceIsA2DImage(interpolation: Interpolation, axis: Int) {
        let plane = noise(SIMD3(12, 19, 1))
        let target = SIMD3(18, 11, 1)
        let expected = plane.resampled(to: target, interpolation: interpolation)
        let axes = [SIMD3(2, 0, 1), SIMD3(0, 2, 1), SIMD3(0, 1, 2)][axis]
        let slice = plane.transposed(axes)
        let result = slice.resampled(to: SIMD3(target[axes.x], target[axes.y], target[axes.z]), interpolation: interpolation)
        #expect(largestDifference(result.voxels, expected.transposed(axes).voxels) < 1e-3)
        // And a stack of equal slices gives equal slices.
        let stack = Volume(shape: SIMD3(4, 12, 19), voxels: Array(repeating: plane.voxels, count: 4).flatMap { $0 })
        let thick = stack.resampled(to: SIMD3(7, 18, 11), interpolation: interpolation)
        for plane in 0..<7 {
            #expect(largestDifference(Array(thick.voxels[plane * 198..<(plane + 1) * 198]), expected.voxels) < 1e-2)
        }
    }

    @Test(arguments: [Interpolation.cubic, .linear])
    func resultsStayInTheRange(interpolation: Interpolation) throws {
        let volume = noise(SIMD3(11, 12, 13))
        let result = volume.resampled(to: SIMD3(25, 7, 30), interpolation: interpolation)
        #expect(try #require(result.voxels.max()) <= #require(volume.voxels.max()))
        #expect(try #require(result.voxels.min()) >= #require(volume.voxels.min()))
        let constant = Volume<Float>(shape: SIMD3(3, 4, 5), filledWith: 7.25)
        #expect(constant.resampled(to: SIMD3(5, 5, 5), interpolation: interpolation).voxels.allSatisfy { $0 == 7.25 })
    }

    /// Cubic splines reproduce straight lines away from the ends, on the half-pixel grid.
    @Test(arguments: [0, 1, 2])
    func rampsStayRamps(axis: Int) {
        var shape = SIMD3(3, 3, 3)
        shape[axis] = 60
        var ramp = Volume<Float>(shape: shape, filledWith: 0)
        for i in 0..<shape.x {
            for j in 0..<shape.y { for k in 0..<shape.z { ramp[i, j, k] = Float([i, j, k][axis]) } }
        }
        var target = shape
        target[axis] = 90
        let result = ramp.resampled(to: target, interpolation: .cubic)
        for index in 20..<70 {
            var place = SIMD3(1, 1, 1)
            place[axis] = index
            #expect(abs(result[place.x, place.y, place.z] - ((Float(index) + 0.5) * 60 / 90 - 0.5)) < 1e-4)
        }
    }

    /// scipy 1.17.1: ndimage.zoom([0, 10, 3, 7, 1], 8 / 5 and 3 / 5, order=3, mode="nearest", grid_mode=True), double precision.
    @Test func valuesOfScipy() {
        let line = Volume<Float>(shape: SIMD3(1, 1, 5), voxels: [0, 10, 3, 7, 1])
        let up: [Float] = [-1.02308908, 5.04270836, 9.98298828, 5.06855998, 3.52117954, 6.924952, 4.16255583, 0.352833296]
        let down: [Float] = [3.67547262, 3, 3.31290246]
        for (values, size) in [(up, 8), (down, 3)] {
            let result = line.resampled(to: SIMD3(1, 1, size), interpolation: .cubic)
            #expect(largestDifference(result.voxels, values.map { min(max($0, 0), 10) }) < 1e-5)
        }
    }

    @Test func slicesTakeTheNearestAlongTheirAxis() {
        let volume = noise(SIMD3(4, 9, 10))
        let result = volume.resampledBySlices(across: 0, to: SIMD3(8, 15, 7))
        let slice = volume.cropped(SIMD3(1, 0, 0), SIMD3(2, 9, 10)).resampled(to: SIMD3(1, 15, 7), interpolation: .cubic)
        for plane in [2, 3] { #expect(Array(result.voxels[plane * 105..<(plane + 1) * 105]) == slice.voxels) }
        // The same across another axis.
        let turned = volume.transposed(SIMD3(2, 1, 0)).resampledBySlices(across: 2, to: SIMD3(7, 15, 8))
        #expect(largestDifference(turned.transposed(SIMD3(2, 1, 0)).voxels, result.voxels) < 1e-3)
    }

    @Test func nearestLabels() {
        let labels = Volume<Int32>(shape: SIMD3(1, 2, 3), voxels: [1, 2, 3, -4, 5, 6])
        #expect(labels.resampledNearest(to: labels.shape) == labels)
        let plane: [Int32] = [1, 1, 2, 2, 3, 3, -4, -4, 5, 5, 6, 6]
        #expect(labels.resampledNearest(to: SIMD3(2, 2, 6)).voxels == plane + plane)
        // Every voxel of a coarser grid is one of the finer grid.
        let source = coordinates(SIMD3(9, 9, 9))
        let coarse = source.resampledNearest(to: SIMD3(3, 3, 3))
        #expect(coarse[1, 1, 1] == 444 && coarse[0, 2, 1] == 174)
    }

    @Test func theGridKeepsItsExtent() {
        let geometry = RoundTripTests.geometry
        let fine = geometry.resampled(to: SIMD3(8, 5, 9))
        #expect(fine.size == SIMD3(8, 5, 9))
        #expect(fine.spacing.x == 1.25 && fine.spacing.y == 0.7 && abs(fine.spacing.z - 0.6) < 1e-12)
        // Outer corner of the first voxel.
        let (a, b) = (fine.position(of: SIMD3(-0.5, -0.5, -0.5)), geometry.position(of: SIMD3(-0.5, -0.5, -0.5)))
        // And of the last.
        let (c, d) = (fine.position(of: SIMD3(7.5, 4.5, 8.5)), geometry.position(of: SIMD3(3.5, 4.5, 5.5)))
        for axis in 0..<3 { #expect(abs(a[axis] - b[axis]) < 1e-9 && abs(c[axis] - d[axis]) < 1e-9) }
    }
}
