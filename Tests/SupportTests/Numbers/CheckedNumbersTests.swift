import Support
import Testing

/// Numbers of any size become integers without a trap.
@Suite struct CheckedNumbersTests {
    @Test(arguments: [
        (2.5, 3), (-2.5, -3), (1e300, 100), (-1e300, -100), (.infinity, 100), (-.infinity, -100), (.nan, -100), (99.6, 100),
    ])
    func roundedAndClamped(value: Double, expected: Int) {
        #expect(Int(value, clampedTo: -100...100) == expected)
    }

    @Test func rulesAndTheWholeRange() {
        #expect(Int(2.9, rounded: .towardZero, clampedTo: 0...9) == 2 && Int(2.1, rounded: .up, clampedTo: 0...9) == 3)
        #expect(Int(1e30, clampedTo: 0...(.max)) == .max && Int(-1e30, clampedTo: Int.min...0) == .min)
        #expect(Int(0x1p62, clampedTo: 0...(.max)) == 1 << 62)
    }

    @Test func products() {
        #expect([3, 4, 5].product() == 60 && [Int]().product() == 1 && [7, 0].product() == 0)
        #expect([1 << 40, 1 << 40].product() == nil && [4, -1].product() == nil)
        #expect([1 << 10, 1 << 10].product(atMost: 1 << 20) == 1 << 20 && [1 << 10, 1 << 10].product(atMost: 1 << 19) == nil)
    }
}
