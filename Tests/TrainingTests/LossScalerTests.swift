import Support
import Testing
import Torch
import Training

/// The state machine of the loss scaler, on the CPU; half precision itself needs a GPU.
@Suite(.serialized) struct LossScalerTests {
    @Test func startsAndMovesAsTheOriginal() {
        let scaler = LossScaler()
        #expect(scaler.scale == 65_536 && scaler.growth == 2 && scaler.backoff == 0.5 && scaler.interval == 2000)
    }

    @Test func growsAfterSoManyGoodStepsInARow() {
        var scaler = LossScaler(scale: 8, interval: 3)
        for _ in 0..<2 { scaler.update(overflowed: false) }
        #expect(scaler.scale == 8 && scaler.goodSteps == 2)
        scaler.update(overflowed: false)
        #expect(scaler.scale == 16 && scaler.goodSteps == 0)
        // An overflow begins the count anew.
        scaler.update(overflowed: false)
        scaler.update(overflowed: false)
        scaler.update(overflowed: true)
        #expect(scaler.scale == 8 && scaler.goodSteps == 0)
        for _ in 0..<2 { scaler.update(overflowed: false) }
        #expect(scaler.scale == 8)
        scaler.update(overflowed: false)
        #expect(scaler.scale == 16)
    }

    @Test func staysWithinWhatSinglePrecisionHolds() {
        var high = LossScaler(scale: 3e38, interval: 1)
        high.update(overflowed: false)
        #expect(high.scale == 3e38)
        var low = LossScaler(scale: 1e-36)
        for _ in 0..<100 { low.update(overflowed: true) }
        #expect(low.scale == 1e-37)
    }

    @Test func comesBackFromACheckpoint() throws {
        var progress = TrainingProgress()
        progress.lossScaler = LossScaler(scale: 4, interval: 5)
        progress.lossScaler?.update(overflowed: false)
        let back: TrainingProgress = try JSONFile.decode(from: JSONFile.encode(progress), named: "progress")
        #expect(back == progress && back.lossScaler?.goodSteps == 1)
    }

    @Test func unscalesAndFindsOverflow() throws {
        let scaler = LossScaler(scale: 4)
        func parameter(_ values: [Float]) throws -> NamedParameter {
            let tensor = try Tensor.zeros([values.count]).requireGrad()
            try tensor.setGrad(Tensor.from(values, shape: [values.count]))
            return NamedParameter("p\(values.count)", tensor, .weight)
        }
        let (good, idle) = (try parameter([8, -4]), NamedParameter("idle", try Tensor.zeros([3]).requireGrad(), .weight))
        #expect(try scaler.unscale([good, idle]))
        #expect(try good.tensor.grad()?.values() == [2, -1] as [Float])
        #expect(try scaler.unscale([good, parameter([1, .infinity, 2])]) == false)
        #expect(try scaler.unscale([parameter([.nan])]) == false)
    }
}
