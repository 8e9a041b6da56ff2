import TestSupport
import Testing
import Torch

@Suite(.serialized, .onEveryDevice) struct AutogradTests {
    /// Largest difference of autograd from central differences of `function` at `x`, in double.
    private func gradientError(_ x: Tensor, _ function: (Tensor) throws -> Tensor) throws -> Double {
        let leaf = try x.to(.float64).onTestDevice().cloned().requireGrad()
        try function(leaf).backward()
        let analytic = try #require(try leaf.grad()).values(Double.self)
        var values = try leaf.detached().values(Double.self)
        let h = 1e-6
        var worst = 0.0
        try withoutGrad {
            for i in values.indices {
                let kept = values[i]
                values[i] = kept + h
                let above = try function(Tensor.from(values, shape: x.shape).onTestDevice()).item()
                values[i] = kept - h
                let below = try function(Tensor.from(values, shape: x.shape).onTestDevice()).item()
                values[i] = kept
                worst = max(worst, abs((above - below) / (2 * h) - analytic[i]))
            }
        }
        return worst
    }

    @Test func elementwise() throws {
        try TorchLibrary.seed(1)
        let x = try Tensor.rand([3, 4], dtype: .float64) + 0.2
        #expect(try gradientError(x) { try ($0.exp() * $0.sigmoid() - $0.log() / $0).sum() } < 1e-7)
        #expect(try gradientError(x) { try $0.softmax(axis: 1).pow(2).sum() } < 1e-7)
        #expect(try gradientError(x) { try $0.clamped(min: 0.5).mean() } < 1e-7)
        #expect(
            try gradientError(x) { try $0.gathered(axis: 0, Tensor.from([Int64(2), 0], shape: [2]).onTestDevice()).pow(3).sum() } < 1e-7)
    }

    @Test func layers() throws {
        try TorchLibrary.seed(2)
        let convolution = try Convolution(inChannels: 2, outChannels: 3, kernel: [3, 3, 1], stride: [2, 1, 1])
        let up = try TransposedConvolution(inChannels: 3, outChannels: 2, stride: [2, 1, 2])
        let instance = try InstanceNorm(channels: 3)
        let group = try GroupNorm(channels: 2, groups: 1)
        for parameter in convolution.parameters + up.parameters + instance.parameters + group.parameters {
            try withoutGrad { try parameter.tensor.setData(parameter.tensor.to(.float64).onTestDevice()) }
        }
        let x = try Tensor.randn([2, 2, 4, 3, 2], dtype: .float64)
        let weights = try Tensor.randn([2, 2, 4, 3, 4], dtype: .float64).onTestDevice()
        #expect(try gradientError(x) { try (group(up(instance(convolution($0)))) * weights).sum() } < 1e-6)
    }

    @Test func withoutGradRecordsNothing() throws {
        let x = try Tensor.ones([2]).requireGrad()
        let y = try withoutGrad { try x * 2 }
        #expect(!y.requiresGrad)
        #expect(try (x * 2).requiresGrad)
        #expect(throws: TorchError.self) { try withoutGrad { try x + Tensor.zeros([7]) } }
        #expect(try (x * 2).requiresGrad, "the mode comes back after an error")
    }

    @Test func autocastComputesConvolutionsInHalfPrecision() throws {
        let device = TestDevice.current
        let layer = try Convolution(inChannels: 1, outChannels: 1, kernel: [3, 3])
        try layer.move(to: device)
        let x = try Tensor.randn([1, 1, 5, 5]).onTestDevice()
        for dtype in [.bfloat16] + (device.type == .cuda ? [.float16] : []) as [DType] {
            #expect(try withAutocast(device, dtype) { try layer(x) }.dtype == dtype)
        }
        #expect(try withAutocast(device, nil) { try layer(x) }.dtype == .float32)
        #expect(try layer(x).dtype == .float32)
    }
}

@Suite(.serialized) struct OptimiserTests {
    private struct One: Module {
        let tensor: Tensor
        var parameters: [NamedParameter] { [NamedParameter("w", tensor, .weight)] }
    }

    /// Two steps by hand: v = m·v + g, w −= lr·(g + m·v), with g including weight decay.
    @Test func nesterovByHand() throws {
        let one = One(tensor: try Tensor.from([1.0], shape: [1]).requireGrad())
        var optimiser = SGD([ParameterGroup(one.parameters, weightDecay: 0.1)], learningRate: 0.5, momentum: 0.9, nesterov: true)
        var w = 1.0
        var v = 0.0
        for step in 0..<3 {
            try one.clearGrads()
            try (one.tensor.pow(2) * 0.5).sum().backward()
            try optimiser.step()
            let g = w + 0.1 * w
            v = step == 0 ? g : 0.9 * v + g
            w -= 0.5 * (g + 0.9 * v)
            #expect(abs(try one.tensor.item() - w) < 1e-12)
        }
    }

    @Test func adamWByHand() throws {
        let one = One(tensor: try Tensor.from([1.0], shape: [1]).requireGrad())
        var optimiser = AdamW([ParameterGroup(one.parameters, weightDecay: 0.1)], learningRate: 0.01)
        var (w, m, s) = (1.0, 0.0, 0.0)
        for step in 1...3 {
            try one.clearGrads()
            try (one.tensor.pow(2) * 0.5).sum().backward()
            try optimiser.step()
            let g = w
            w *= 1 - 0.01 * 0.1
            m = 0.9 * m + 0.1 * g
            s = 0.999 * s + 0.001 * g * g
            var (c1, c2) = (1.0, 1.0)
            for _ in 0..<step { (c1, c2) = (c1 * 0.9, c2 * 0.999) }
            w -= 0.01 * (m / (1 - c1)) / ((s / (1 - c2)).squareRoot() + 1e-8)
            #expect(abs(try one.tensor.item() - w) < 1e-9)
        }
    }

    @Test func clippingShortensAllGradientsTogether() throws {
        func parameter(_ values: [Double]?) throws -> NamedParameter {
            let tensor = try Tensor.from([Double](repeating: 0, count: values?.count ?? 1), shape: [values?.count ?? 1]).requireGrad()
            if let values { try tensor.setGrad(Tensor.from(values, shape: [values.count])) }
            return NamedParameter("p", tensor, .weight)
        }
        let parameters = [try parameter([3, 0]), try parameter(nil), try parameter([4])]
        func grads() throws -> [Double] { try parameters.flatMap { try $0.tensor.grad()?.values(Double.self) ?? [] } }
        #expect(try GradientClipping.clip(parameters, to: 6) == 5)
        #expect(try grads() == [3, 0, 4])
        #expect(try GradientClipping.clip(parameters, to: 1) == 5)
        #expect(try zip(grads(), [0.6, 0, 0.8]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(try GradientClipping.clip([parameter(nil)], to: 1) == 0)
    }

    @Test func stateGoesOn() throws {
        func run(_ optimiser: inout SGD, _ one: One, _ count: Int) throws {
            for _ in 0..<count {
                try one.clearGrads()
                try one.tensor.pow(4).sum().backward()
                try optimiser.step()
            }
        }
        let straight = One(tensor: try Tensor.from([1.0, 2], shape: [2]).requireGrad())
        var whole = SGD([ParameterGroup(straight.parameters, weightDecay: 0)], learningRate: 1e-3, momentum: 0.9, nesterov: true)
        try run(&whole, straight, 6)

        let first = One(tensor: try Tensor.from([1.0, 2], shape: [2]).requireGrad())
        var half = SGD([ParameterGroup(first.parameters, weightDecay: 0)], learningRate: 1e-3, momentum: 0.9, nesterov: true)
        try run(&half, first, 3)
        let second = One(tensor: try first.tensor.detached().cloned().requireGrad())
        var rest = SGD([ParameterGroup(second.parameters, weightDecay: 0)], learningRate: 1e-3, momentum: 0.9, nesterov: true)
        try rest.load(half.state)
        try run(&rest, second, 3)
        #expect(try second.tensor.values(Double.self) == straight.tensor.values(Double.self))
    }
}

@Suite(.serialized) struct ModuleTests {
    @Test func strictLoading() throws {
        let layer = try Convolution(inChannels: 1, outChannels: 2, kernel: [3, 3])
        var state = try layer.state()
        try layer.load(state, from: "same")
        state["weight"] = try Tensor.zeros([2, 1, 3, 5])
        #expect(throws: (any Error).self) { try layer.load(state, from: "other shape") }
        state["weight"] = nil
        #expect(throws: (any Error).self) { try layer.load(state, from: "missing") }
        state = try layer.state()
        state["extra"] = try Tensor.zeros([1])
        #expect(throws: (any Error).self) { try layer.load(state, from: "superfluous") }
    }

    @Test func looseLoadingTellsWhatItLeft() throws {
        let layer = try Convolution(inChannels: 1, outChannels: 2, kernel: [3, 3])
        let bias = try #require(layer.bias).values(Float.self)
        let weight = [Float](repeating: 0.5, count: 18)
        let match = try layer.loadMatching([
            "weight": Tensor.from(weight, shape: [2, 1, 3, 3]), "bias": Tensor.zeros([3]), "extra": Tensor.zeros([1]),
        ])
        #expect(match.loaded == ["weight"] && match.unknown == ["extra"] && match.differing == ["bias"] && match.untouched.isEmpty)
        #expect(try layer.weight.values() == weight && layer.bias?.values() == bias)
        #expect(layer.weight.requiresGrad)
        #expect(try layer.loadMatching([:]).untouched == ["weight", "bias"])
    }
}
