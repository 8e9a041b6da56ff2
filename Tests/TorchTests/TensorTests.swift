import Foundation
import Support
import Testing
import TestSupport
import Torch

@Suite(.serialized) struct TensorTests {
    @Test func valuesGoInAndOut() throws {
        let tensor = try Tensor.from([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(tensor.shape == [2, 3])
        #expect(try tensor.permuted([1, 0]).values(Float.self) == [1, 4, 2, 5, 3, 6])
        #expect(try tensor.to(.float64).values(Double.self) == [1, 2, 3, 4, 5, 6])
        #expect(try Tensor.from([Int64(7), -1], shape: [2]).values(Int64.self) == [7, -1])
    }

    /// Nothing is copied, and the array's memory lives exactly as long as it is needed.
    @Test func tensorsShareTheMemoryOfArrays() throws {
        func resident() throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) << 10
        }
        _ = try Tensor.sharing([1, 2] as [Float], shape: [2])
        let (count, before) = (50 << 20, try resident())
        try {
            let tensor = try Tensor.sharing([Float](repeating: 1.5, count: count), shape: [2, count / 2])
            #expect(tensor.shape == [2, count / 2] && tensor.dtype == .float32)
            #expect(try tensor.narrowed(axis: 1, start: count / 2 - 3, count: 3).sum().item() == 9)
            // One copy would make it twice as much.
            #expect((4 * count..<6 * count).contains(try resident() - before))
        }()
        #expect(try resident() - before < count)
        #expect(try Tensor.sharing([] as [Float], shape: [0, 4]).values(Float.self).isEmpty)
    }

    @Test func arithmetic() throws {
        let a = try Tensor.from([1, -2, 3] as [Float], shape: [3])
        let b = try Tensor.from([4, 5, 6] as [Float], shape: [3])
        #expect(try ((a + b) * 2 - a).values(Float.self) == [9, 8, 15])
        #expect(try (1 - a / b).values(Float.self) == [0.75, 1.4, 0.5])
        #expect(try a.relu().sum().item() == 4)
        #expect(try a.max(axis: 0).indices.values(Int64.self) == [2])
        #expect(try b.top(2).indices.values(Int64.self) == [2, 1])
    }

    @Test func errorsCarryLibtorchsMessage() throws {
        let a = try Tensor.zeros([2, 3])
        let b = try Tensor.zeros([4, 5])
        let error = #expect(throws: TorchError.self) { try a + b }
        #expect(error?.message.contains("must match the size") == true)
        #expect(error?.operation == "aten::add.Tensor")
    }

    @Test func fillAtIndices() throws {
        let tensor = try Tensor.from([1, 2, 3] as [Float], shape: [3])
        try tensor.fill(-.infinity, at: Tensor.from([Int64(1)], shape: [1]))
        #expect(try tensor.values(Float.self) == [1, -.infinity, 3])
    }

    @Test func finite() throws {
        #expect(try Tensor.zeros([3]).isFinite())
        #expect(try !Tensor.from([1, .nan] as [Float], shape: [2]).isFinite())
        #expect(try !Tensor.from([1, .infinity] as [Float], shape: [2]).isFinite())
    }

    @Test func weightFileRoundTrip() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("w.safetensors")
            let tensors = ["a.weight": try Tensor.randn([3, 2]), "b": try Tensor.from([Int64(4)], shape: [])]
            try WeightFile.write(tensors, metadata: ["format": "pt"], to: url)
            let read = try WeightFile.read(url)
            #expect(read.keys.sorted() == ["a.weight", "b"])
            #expect(try read["a.weight"]?.values(Float.self) == tensors["a.weight"]?.values(Float.self))
            #expect(read["b"]?.shape == [])
        }
    }

    @Test func generatorStateRestores() throws {
        try TorchLibrary.seed(4)
        let state = try TorchLibrary.generatorState()
        let first = try Tensor.randn([5]).values(Float.self)
        #expect(try Tensor.randn([5]).values(Float.self) != first)
        try TorchLibrary.setGeneratorState(state)
        #expect(try Tensor.randn([5]).values(Float.self) == first)
    }
}

@Suite(.serialized) struct MemoryTests {
    @Test func noTensorOutlivesItsLastReference() throws {
        let before = try TorchLibrary.liveReferences()
        try {
            let x = try Tensor.randn([4, 4]).requireGrad()
            let y = try (x * x).sum()
            try y.backward()
            #expect(try x.grad() != nil)
            #expect(try TorchLibrary.liveReferences() > before)
        }()
        #expect(try TorchLibrary.liveReferences() == before)
    }

    @Test func manySmallStepsKeepMemoryFlat() throws {
        let layer = try Convolution(inChannels: 2, outChannels: 2, kernel: [3, 3])
        var optimiser = SGD([ParameterGroup(layer.parameters, weightDecay: 0)], learningRate: 1e-3, momentum: 0.9, nesterov: true)
        let x = try Tensor.randn([1, 2, 8, 8])
        func steps(_ count: Int) throws {
            for _ in 0..<count {
                try layer.clearGrads()
                try layer(x).pow(2).mean().backward()
                try optimiser.step()
            }
        }
        try steps(500)
        let before = try residentBytes()
        try steps(10_000)
        #expect(try residentBytes() - before < 8 << 20)
    }

    /// Large tensors have memory of their own, which goes back at once, whatever was allocated in between.
    @Test func largeTensorsGiveTheirMemoryBack() throws {
        let count = 12 << 20
        func round() throws {
            let large = try Tensor.full([count], 2)
            let small = try (0..<50).map { try Tensor.full([1000 + $0], 1) }
            #expect(try large.narrowed(axis: 0, start: count - 5, count: 5).values(Float.self) == [2, 2, 2, 2, 2])
            #expect(try (large + large).mean().item() == 4 && small.count == 50)
        }
        try round()
        let before = try residentBytes()
        for _ in 0..<5 { try round() }
        #expect(try residentBytes() - before < 4 << 20)
        // Memory that there cannot be is libtorch's usual error.
        let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 50]) }
        #expect(error?.isOutOfMemory == true)
    }

    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }
}
