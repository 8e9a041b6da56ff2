import Boxes
import Foundation
import Support
import Testing

/// Many objects on many anchors: memory for the result, not for objects × anchors (200 × 1,000,000 numbers would be 800 MB).
@Suite(.serialized) struct MatchingMemoryTests {
    private let objects: [Box] = {
        var generator = SeededGenerator(seed: 4)
        return (0..<200).map { _ in
            let lower = SIMD3(Float(generator.uniform(0, 70)), Float(generator.uniform(0, 70)), Float(generator.uniform(0, 70)))
            return Box(lower: lower, upper: lower + Float(generator.uniform(4, 12)))
        }
    }()

    /// 27 anchors at each of 34³ positions.
    private let grid: Anchors = {
        let sizes: [[Float]] = [[4, 7, 11]]
        let map = SIMD3(repeating: 34)
        return AnchorGenerator(width: sizes, height: sizes, depth: sizes).anchors(imageSize: map &* 2, featureMapSizes: [map])
    }()

    /// Bytes that `body` needed at its peak beyond what was in use before.
    private func peak(_ body: () -> Void) throws -> Int {
        func read(_ name: String) throws -> Int {
            let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) })
            return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }) * 1024
        }
        // Sets the recorded peak back to the present size.
        let reset = try #require(fopen("/proc/self/clear_refs", "w"))
        fputs("5", reset)
        fclose(reset)
        let before = try read("VmRSS")
        body()
        return try read("VmHWM") - before
    }

    @Test func aMillionAnchorsNeedNoMatrix() throws {
        #expect(grid.boxes.count > 1_000_000)
        let scattered = Anchors(boxes: grid.boxes, perLevel: grid.perLevel, perPosition: grid.perPosition)
        for matcher in [ATSSMatcher(), IoUMatcher(low: 0.4, high: 0.5)] as [any Matcher] {
            var results: [[Int32]] = []
            for anchors in [grid, scattered] {
                let bytes = try peak { results.append(matcher.match(anchors: anchors, groundTruth: objects)) }
                #expect(bytes < 64 << 20, "\(type(of: matcher)): \(bytes >> 20) MB")
            }
            #expect(results[0] == results[1])
            #expect(results[0].contains { $0 >= 0 } && results[0].count == grid.boxes.count)
        }
    }
}
