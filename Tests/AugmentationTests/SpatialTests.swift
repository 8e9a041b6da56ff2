import Augmentation
import Boxes
import Core
import Foundation
import Imaging
import Support
import Testing

/// What every change of place keeps.
@Suite struct SpatialTests {
    private func patch(_ size: SIMD3<Int>) -> Patch {
        var generator = SeededGenerator(seed: 8)
        var labels = [Int32](repeating: 0, count: size.x * size.y * size.z)
        for i in size.x / 3..<size.x / 2 {
            for j in size.y / 4..<size.y / 2 { for k in size.z / 3..<size.z * 2 / 3 { labels[(i * size.y + j) * size.z + k] = 5 } }
        }
        let images = labels.map { Float($0) + 0.1 * Float(generator.normal()) }
        return Patch(images: images + images.map { -$0 }, labels: labels, channels: 2, size: size)
    }

    @Test func withoutChangeThereIsNone() {
        let before = patch(SIMD3(9, 10, 11))
        let after = SpatialTransform(size: before.size).cut(before, Deformation())
        #expect(after.labels == before.labels)
        for (a, b) in zip(after.images, before.images) { #expect(abs(a - b) < 1e-5) }
    }

    @Test func halfTurnsMoveVoxelsExactly() {
        let before = patch(SIMD3(9, 9, 9))
        for axis in 0..<3 {
            var deformation = Deformation()
            var angles = SIMD3<Double>()
            angles[axis] = .pi
            deformation.rotate(angles)
            // The sine of π is not exactly 0; positions a hair outside of the patch would be filled.
            deformation.scale(SIMD3(repeating: 1 - 1e-12))
            let after = SpatialTransform(size: before.size).cut(before, deformation)
            let flips = (0..<3).map { $0 != axis }
            #expect(after.labels == Volume(shape: before.size, voxels: before.labels).flipped(flips).voxels)
            let expected = Volume(shape: before.size, voxels: Array(before.images.prefix(729))).flipped(flips).voxels
            for (a, b) in zip(after.images, expected) { #expect(abs(a - b) < 1e-4) }
        }
    }

    @Test func factorsAboveOneMakeObjectsSmaller() {
        let before = patch(SIMD3(30, 30, 30))
        func volume(_ factor: Double) -> Int {
            var deformation = Deformation()
            deformation.scale(SIMD3(repeating: factor))
            let after = SpatialTransform(size: before.size).cut(before, deformation)
            return after.labels.filter { $0 == 5 }.count
        }
        #expect(volume(1.5) < volume(1) && volume(1) < volume(0.8))
    }

    @Test func labelsKeepTheirValuesAndImagesFollowThem() throws {
        let before = patch(SIMD3(40, 38, 36))
        var transform = SpatialTransform(size: SIMD3(24, 22, 20))
        transform.elastic = .init(probability: 1, alpha: 0...300, sigma: 6...8)
        transform.rotation = .init(probability: 1, angles: [-30...30, -30...30, -30...30])
        transform.scaling = .init(probability: 1, range: 0.8...1.2, independent: true)
        for seed in 0..<10 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let after = transform.cut(before, using: &generator)
            #expect(after.size == transform.size && after.images.count == 2 * after.voxels && after.labels.count == after.voxels)
            #expect(Set(after.labels).isSubset(of: [0, 5]))
            // The image shows the object where the labels have it.
            let inside = after.labels.indices.filter { after.labels[$0] == 5 }
            let mean = inside.map { after.images[$0] }.reduce(0, +) / Float(max(1, inside.count))
            #expect(inside.count > 50 && abs(mean - 5) < 1)
            for index in after.labels.indices { #expect(abs(after.images[index] + after.images[index + after.voxels]) < 1e-3) }
        }
    }

    /// Patches that are taken from anywhere lie inside, reach both ends, and stay as far from the border as they shall.
    @Test func patchesAreTakenFromAnywhere() {
        let (larger, size) = (SIMD3(14, 12, 10), SIMD3(6, 6, 10))
        // Every voxel tells its place.
        let count = larger.x * larger.y * larger.z
        let places = Patch(
            images: (0..<count).map(Float.init), labels: (0..<count).map(Int32.init), channels: 1, size: larger)
        func corners(_ change: (inout SpatialTransform) -> Void) -> [SIMD3<Int>] {
            var transform = SpatialTransform(size: size)
            change(&transform)
            var generator = SeededGenerator(seed: 2)
            return (0..<300).map { _ in
                let first = Int(transform.cut(places, using: &generator).labels[0])
                return SIMD3(first / (larger.y * larger.z), first / larger.z % larger.y, first % larger.z)
            }
        }
        #expect(Set(corners { _ in }) == [SIMD3(4, 3, 0)])
        let anywhere = corners { $0.randomCrop = RandomCrop() }
        #expect(Set(anywhere.map(\.x)) == Set(0...8) && Set(anywhere.map(\.y)) == Set(0...6) && Set(anywhere.map(\.z)) == [0])
        let inner = corners { $0.randomCrop = RandomCrop(distance: SIMD3(5, 6, 5)) }
        #expect(Set(inner.map(\.x)) == Set(2...6) && Set(inner.map(\.y)) == [3])
        // Slices stay where they are.
        let slices = corners { ($0.randomCrop, $0.inSlices) = (RandomCrop(), true) }
        #expect(Set(slices.map(\.x)) == [4] && Set(slices.map(\.y)) == Set(0...6))
        // Those that are interpolated, too: here by factors of 1.
        let deformed = corners {
            $0.randomCrop = RandomCrop()
            $0.scaling = .init(probability: 1, range: 1...1, independent: false)
        }
        #expect(Set(deformed.map(\.x)) == Set(0...8) && Set(deformed.map(\.y)) == Set(0...6) && Set(deformed.map(\.z)) == [0])
    }

    @Test func theSameSeedGivesTheSamePatch() {
        var transform = SpatialTransform(size: SIMD3(8, 8, 8))
        transform.rotation = .init(probability: 1, angles: [-30...30, -30...30, -30...30])
        func result(_ seed: UInt64) -> [Float] {
            var generator = SeededGenerator(seed: seed)
            return transform.cut(patch(SIMD3(16, 16, 16)), using: &generator).images
        }
        #expect(result(3) == result(3) && result(3) != result(4))
    }
}
