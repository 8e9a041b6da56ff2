import Evaluation
import Testing

@Suite struct SegmentationDiceTests {
    @Test func allVoxelsTogether() {
        var dice = SegmentationDice()
        #expect(dice.value == nil)
        dice.add(prediction: [0, 0], truth: [0, 0])
        #expect(dice.value == nil)
        dice.add(prediction: [1, 1, 0, 0], truth: [1, 0, 0, 1])
        dice.add(prediction: [1, 1], truth: [1, 1])
        #expect(dice.value == 6.0 / 8)
    }

    @Test func classesThatAppearAreAveraged() {
        var dice = SegmentationDice(classes: 4)
        dice.add(prediction: [1, 2, 2, 0], truth: [1, 2, 0, 0])
        #expect(abs((dice.value ?? 0) - (1 + 2.0 / 3) / 2) < 1e-12)
    }

    @Test func theMostProbableClassIsPredicted() {
        var dice = SegmentationDice()
        // Two images of two voxels.
        dice.add(probabilities: [0.9, 0.2, 0.1, 0.8, 0.4, 0.5, 0.6, 0.5], batch: 2, truth: [0, 1, 1, 1])
        #expect(dice.value == 2.0 * 2 / (2 + 3))
    }
}
