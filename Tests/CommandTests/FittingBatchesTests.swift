import Core
import Inference
import Pipeline
import Testing
import Torch

/// Batches that do not fit the device are halved; nothing is lost or exchanged.
@Suite struct FittingBatchesTests {
    private let shortage = TorchError(operation: "conv3d", message: "CUDA out of memory. Tried to allocate 2.00 GiB")

    private func output(_ batch: [Float]) -> PatchOutput {
        PatchOutput(
            detections: batch.map { Detections(boxes: [.init(lower: .zero, upper: .one)], scores: [$0], labels: [0]) }, probabilities: batch
        )
    }

    @Test func batchesAreHalvedUntilTheyFit() throws {
        let batches = FittingBatches()
        var sizes: [Int] = []
        let run = { (batch: [Float], count: Int) throws -> PatchOutput in
            sizes.append(count)
            if count > 2 { throw shortage }
            return output(batch)
        }
        let batch = (0..<7).map { Float($0) }
        #expect(try batches.run(batch, count: 7, run).probabilities == batch)
        #expect(sizes == [7, 4, 2, 2, 2, 1])
        sizes = []
        // What fits is remembered.
        let second = try batches.run(Array(batch.prefix(4)), count: 4, run)
        #expect(second.detections.map { $0.scores[0] } == [0, 1, 2, 3] && sizes == [2, 2])
    }

    @Test func whatNeverFitsAndOtherErrorsAreThrown() {
        #expect(throws: TorchError.self) { try FittingBatches().run([1, 2], count: 2) { _, _ in throw shortage } }
        var calls = 0
        #expect(throws: TorchError.self) {
            try FittingBatches().run([1, 2], count: 2) { _, _ in
                calls += 1
                throw TorchError(operation: "add", message: "shapes differ")
            }
        }
        #expect(calls == 1)
    }
}
