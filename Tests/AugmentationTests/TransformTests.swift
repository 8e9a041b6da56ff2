import Augmentation
import Boxes
import Core
import Foundation
import Imaging
import Support
import Testing

@Suite struct TransformTests {
    private let size = SIMD3(4, 5, 6)

    /// Two channels of distinct values, one object off the middle.
    private func patch() -> Patch {
        var labels = [Int32](repeating: 0, count: 120)
        for i in 0..<2 { for j in 1..<3 { for k in 2..<6 { labels[(i * 5 + j) * 6 + k] = 3 } } }
        labels[119] = -1
        return Patch(images: (0..<240).map { Float($0) }, labels: labels, channels: 2, size: size)
    }

    private func volume(_ patch: Patch, channel: Int) -> Volume<Float> {
        Volume(shape: patch.size, voxels: Array(patch.images[channel * patch.voxels..<(channel + 1) * patch.voxels]))
    }

    @Test(arguments: [[0], [1], [2], [0, 2], [0, 1, 2]])
    func mirroringTurnsImagesAndLabelsAndMovesBoxesAsVoxels(axes: [Int]) throws {
        let before = patch()
        var seen: Set<[Bool]> = []
        for seed in 0..<40 as Range<UInt64> {
            var after = before
            var generator = SeededGenerator(seed: seed)
            try Mirror(axes: axes).apply(to: &after, using: &generator)
            // Which axes were turned shows in the labels; images must agree with that.
            let labels = Volume(shape: size, voxels: before.labels)
            let options = (0..<8).map { code in (0..<3).map { code >> $0 & 1 == 1 } }
            guard let flips = options.first(where: { labels.flipped($0).voxels == after.labels }) else {
                Issue.record("the labels are no mirror image")
                continue
            }
            #expect(flips.indices.allSatisfy { !flips[$0] || axes.contains($0) })
            seen.insert(flips)
            for channel in 0..<2 { #expect(volume(after, channel: channel) == volume(before, channel: channel).flipped(flips)) }
            // A voxel i goes to S − 1 − i, and so do the sides of its box.
            let box = labels.instanceBoxes()[0].box
            var expected = box
            for axis in 0..<3 where flips[axis] {
                expected.lower[axis] = Float(size[axis] - 1) - box.upper[axis]
                expected.upper[axis] = Float(size[axis] - 1) - box.lower[axis]
            }
            #expect(Volume(shape: size, voxels: after.labels).instanceBoxes()[0].box == expected)
        }
        #expect(seen.count == 1 << axes.count)
    }

    /// Each of the axes by itself: every combination of them comes equally often.
    @Test(arguments: [[0, 1, 2], [0, 2], [1]]) func eachAxisIsMirroredHalfOfTheTime(axes: [Int]) throws {
        let draws = 10_000
        var counts: [Int: Int] = [:]
        for seed in 0..<UInt64(draws) {
            var marked = Patch(images: [], labels: [1, 0, 0, 0, 0, 0, 0, 0], channels: 0, size: SIMD3(2, 2, 2))
            var generator = SeededGenerator(seed: seed)
            try Mirror(axes: axes).apply(to: &marked, using: &generator)
            counts[marked.labels.firstIndex(of: 1) ?? -1, default: 0] += 1
        }
        let share = 1 / Double(1 << axes.count)
        #expect(counts.count == 1 << axes.count)
        for (place, count) in counts { Statistics.expectRate(count, share, of: draws, "first voxel at \(place)") }
        for axis in 0..<3 {
            let turned = counts.reduce(0) { $0 + ($1.key >> (2 - axis) & 1 == 1 ? $1.value : 0) }
            Statistics.expectRate(turned, axes.contains(axis) ? 0.5 : 0, of: draws, "axis \(axis)")
        }
    }

    /// The same seed turns the same axes over: what was mirrored comes back, images, labels and boxes.
    @Test func mirroringTwiceIsTheIdentity() throws {
        let before = patch()
        func boxes(_ patch: Patch) -> [Box] { Volume(shape: size, voxels: patch.labels).instanceBoxes().map(\.box) }
        var changed = 0
        for seed in 0..<64 as Range<UInt64> {
            var after = before
            var generator = SeededGenerator(seed: seed)
            let isChanged = try Mirror(axes: [0, 1, 2]).apply(to: &after, using: &generator)
            if isChanged {
                changed += 1
                #expect(after.images != before.images && after.labels != before.labels && boxes(after) != boxes(before))
            }
            var again = SeededGenerator(seed: seed)
            try Mirror(axes: [0, 1, 2]).apply(to: &after, using: &again)
            #expect(after.images == before.images && after.labels == before.labels && boxes(after) == boxes(before))
        }
        #expect(changed > 32)
    }

    @Test func centreCrop() {
        let cut = SpatialTransform(size: SIMD3(2, 2, 6)).cut(patch(), nil)
        #expect(cut.size == SIMD3(2, 2, 6))
        for channel in 0..<2 {
            #expect(volume(cut, channel: channel) == volume(patch(), channel: channel).cropped(SIMD3(1, 1, 0), SIMD3(3, 3, 6)))
        }
        #expect(cut.labels == Volume(shape: size, voxels: patch().labels).cropped(SIMD3(1, 1, 0), SIMD3(3, 3, 6)).voxels)
    }

    @Test func outsideBecomesZeroInMaskedModalitiesAlone() throws {
        var masked = patch()
        var generator = SeededGenerator(seed: 0)
        try MaskOutside(modalities: [1]).apply(to: &masked, using: &generator)
        #expect(masked.images[119] == 119)
        #expect(masked.images[239] == 0)
        #expect(masked.images[238] == 238)
    }
}
