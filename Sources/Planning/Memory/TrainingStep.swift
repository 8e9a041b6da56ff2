import Core

/// One training step of the Retina U-Net with sizes in place of numbers: the operations of `Sources/Detector` in their order, what each of
/// them leaves for the backward pass, and how many multiplications it takes.
///
/// Two steps are replayed, the second of which meets the optimiser's state and what the allocator kept from the first.
struct TrainingStep {
    private typealias Map = StepTape.Map

    private let candidate: PlanCandidate
    private let shape: NetworkShape
    private let model: MemoryModel
    private var tape: StepTape
    /// Voxels of the batch at each resolution.
    private let voxels: [Int]
    private let element: Int
    private var multiplications = 0
    private var elements = 0

    init(_ candidate: PlanCandidate, _ model: MemoryModel) {
        self.candidate = candidate
        self.model = model
        shape = NetworkShape(candidate.architecture)
        let whole = candidate.voxels * candidate.batchSize
        voxels = shape.strideProducts.map { whole / $0 }
        element = model.precision.bytes
        tape = StepTape(keepsBelow: model.processor == .cpu ? MemoryModel.keptBelow : 0)
    }

    /// Bytes at the peak, most bytes in small blocks at any time, and the work of one step.
    mutating func run() -> (memory: MemoryEstimate, smallBlocks: Int, work: StepWork) {
        let parameters = shape.parameters
        _ = tape.make(4 * parameters, .weights)
        for _ in 0..<2 {
            (multiplications, elements) = (0, 0)
            let gradients = forwardAndBackward()
            if optimizerIsMissing {
                // Momentum, and the running average of the last epochs, which lies in the computer's memory.
                _ = tape.make((model.processor == .cpu ? 8 : 4) * parameters, .optimizer)
                optimizerIsMissing = false
            }
            tape.drop(gradients: gradients)
        }
        return (tape.ledger.estimate, tape.ledger.keptPeak, StepWork(multiplications: multiplications, elements: elements))
    }

    private var optimizerIsMissing = true

    private mutating func forwardAndBackward() -> Int {
        let architecture = candidate.architecture
        let input = tape.make(4 * architecture.inChannels * voxels[0], .input)
        let target = tape.make(8 * voxels[0], .input)
        var image = input
        if model.precision != .full {
            image = tape.make(element * architecture.inChannels * voxels[0], .input)
        }
        let encoded = encoder(image)
        if model.precision != .full { tape.release(image) }
        let decoded = decoder(encoded)
        let heads = heads(decoded)
        let segmentation = segmenter(decoded[0])
        // The output holds all maps until the losses are known.
        let losses = losses(heads, segmentation, target)
        for map in encoded + decoded + [heads.logits, heads.deltas, segmentation] { tape.release(map) }
        let parameters = tape.backward(from: losses)
        for map in losses + [input, target] { tape.release(map) }
        return parameters
    }
}

// MARK: Layers

extension TrainingStep {
    /// - Parameters:
    ///   - from, to: voxels of the batch before and after.
    ///   - volume: positions of the kernel; of the stride where transposed.
    ///   - isInput: the image wants no gradient.
    ///   - isReordered: its result is read in another order, so that its gradient is copied first.
    private mutating func convolution(
        _ x: Map, _ inChannels: Int, _ outChannels: Int, from: Int, to: Int, volume: Int, part: StepTape.Part, bias: Bool,
        isInput: Bool = false, transposed: Bool = false, isReordered: Bool = false
    ) -> Map {
        let weights = inChannels * outChannels * volume
        multiplications += weights * (transposed ? from : to)
        elements += inChannels * from + outChannels * to
        var saves = [x]
        if model.precision != .full {
            // Autocast's copy of the weights lives as long as the graph.
            let copy = tape.make(element * weights, .weights)
            saves.append(copy)
        }
        let bytes = element * outChannels * to
        // On a CPU maps lie as its library reads them; on a GPU each convolution rearranges what it reads and writes.
        let moved = model.processor == .cpu ? 0 : element * (inChannels * from + outChannels * to)
        let copied = isReordered && model.processor == .gpu ? bytes : 0
        // Backward: gradient of the input first, then of the weights.
        let y = tape.apply(
            isInput ? [] : [x], bytes: bytes, part, saves: saves, forward: moved, backward: moved + copied,
            parameters: 4 * (weights + (bias ? outChannels : 0)))
        if model.precision != .full { tape.release(saves[1]) }
        return y
    }

    /// Instance norm and ReLU: the norm reads the convolution's result, the ReLU overwrites the norm's.
    private mutating func instanceNorm(_ y: Map, channels: Int, voxels: Int) -> Map {
        elements += 3 * channels * voxels
        let normalised = tape.apply([y], bytes: y.bytes, .encoder, saves: [y], parameters: 8 * channels)
        tape.release(y)
        return tape.applyInPlace(normalised)
    }

    /// Group norm and ReLU of the head; a GPU computes it in 32 bits under autocast, and the next convolution gets a copy.
    private mutating func groupNorm(_ y: Map, channels: Int, voxels: Int) -> Map {
        elements += 3 * channels * voxels
        guard model.precision != .full, model.processor == .gpu else {
            let normalised = tape.apply([y], bytes: y.bytes, .head, saves: [y], parameters: 8 * channels)
            tape.release(y)
            return tape.applyInPlace(normalised)
        }
        let wide = tape.apply([y], bytes: 4 * channels * voxels, .head)
        tape.release(y)
        let normalised = tape.apply([wide], bytes: wide.bytes, .head, saves: [wide], parameters: 8 * channels)
        tape.release(wide)
        let rectified = tape.applyInPlace(normalised)
        let narrow = tape.apply([rectified], bytes: element * channels * voxels, .head)
        tape.release(rectified)
        return narrow
    }

    private mutating func encoder(_ image: Map) -> [Map] {
        let architecture = candidate.architecture
        var maps: [Map] = []
        var x = image
        for (level, channels) in shape.encoder.enumerated() {
            let volume = architecture.convKernels[level].reduce(1, *)
            for unit in 0..<2 {
                let entering = unit == 0
                let inChannels = entering ? (level == 0 ? architecture.inChannels : shape.encoder[level - 1]) : channels
                let from = entering && level > 0 ? voxels[level - 1] : voxels[level]
                let y = convolution(
                    x, inChannels, channels, from: from, to: voxels[level], volume: volume, part: .encoder, bias: false,
                    isInput: entering && level == 0)
                let z = instanceNorm(y, channels: channels, voxels: voxels[level])
                // The first unit's result belongs to nobody once the second has read it; the second's is a map of the encoder.
                if !entering { tape.release(x) }
                x = z
            }
            maps.append(x)
        }
        return maps
    }

    private mutating func decoder(_ encoded: [Map]) -> [Map] {
        let architecture = candidate.architecture
        var sums: [Map] = []
        for level in encoded.indices.reversed() {
            let channels = shape.decoder[level]
            let side = convolution(
                encoded[level], shape.encoder[level], channels, from: voxels[level], to: voxels[level], volume: 1, part: .decoder,
                bias: true)
            guard let coarser = sums.last else {
                sums.append(side)
                continue
            }
            let up = convolution(
                coarser, shape.decoder[level + 1], channels, from: voxels[level + 1], to: voxels[level],
                volume: architecture.strides[level].reduce(1, *), part: .decoder, bias: true, transposed: true)
            elements += channels * voxels[level]
            sums.append(tape.apply([side, up], bytes: side.bytes, .decoder, gradient: .shared))
            tape.release(side)
            tape.release(up)
        }
        sums.reverse()
        let maps = sums.enumerated().map { level, sum in
            convolution(
                sum, shape.decoder[level], shape.decoder[level], from: voxels[level], to: voxels[level],
                volume: architecture.convKernels[level].reduce(1, *), part: .decoder, bias: true)
        }
        for sum in sums { tape.release(sum) }
        return maps
    }

    /// Both branches over all levels; each level's result is brought into the order of the anchors, then all are joined.
    private mutating func heads(_ decoded: [Map]) -> (logits: Map, deltas: Map) {
        let architecture = candidate.architecture
        let classes = architecture.classifierClasses
        let logits = architecture.decoderLevels.map { tower(decoded[$0], level: $0, width: classes) }
        let joinedLogits = joined(logits)
        let deltas = architecture.decoderLevels.map { level in
            let moved = tower(decoded[level], level: level, width: 2 * architecture.dim)
            // The learnt scale of the level.
            let scaled = tape.apply([moved], bytes: moved.bytes, .head, saves: [moved], backward: moved.bytes)
            tape.release(moved)
            return scaled
        }
        return (joinedLogits, joined(deltas))
    }

    private mutating func joined(_ levels: [Map]) -> Map {
        let all = tape.apply(levels, bytes: levels.reduce(0) { $0 + $1.bytes }, .head, gradient: .shared)
        for map in levels { tape.release(map) }
        return all
    }

    private mutating func tower(_ map: Map, level: Int, width: Int) -> Map {
        let architecture = candidate.architecture
        let volume = architecture.dim == 3 ? 27 : 9
        let (inner, count) = (architecture.headChannels, voxels[level])
        var x = map
        for unit in 0..<2 {
            let y = convolution(
                x, unit == 0 ? architecture.fpnChannels : inner, inner, from: count, to: count, volume: volume, part: .head, bias: false)
            let z = groupNorm(y, channels: inner, voxels: count)
            if unit > 0 { tape.release(x) }
            x = z
        }
        let outChannels = shape.anchorsPerPosition * width
        let y = convolution(
            x, inner, outChannels, from: count, to: count, volume: volume, part: .head, bias: true, isReordered: true)
        tape.release(x)
        let ordered = tape.apply([y], bytes: y.bytes, .head, gradient: .shared)
        tape.release(y)
        return ordered
    }

    private mutating func segmenter(_ map: Map) -> Map {
        convolution(map, shape.decoder[0], 2, from: voxels[0], to: voxels[0], volume: 1, part: .segmentation, bias: true)
    }
}

// MARK: Losses

extension TrainingStep {
    private mutating func losses(_ heads: (logits: Map, deltas: Map), _ segmentation: Map, _ target: Map) -> [Map] {
        let architecture = candidate.architecture
        let anchors = architecture.decoderLevels.reduce(0) { $0 + voxels[$1] } * shape.anchorsPerPosition
        let batch = max(1, candidate.batchSize)
        var held: [Map] = []
        let isMixed = model.precision != .full
        let logits = isMixed ? tape.apply([heads.logits], bytes: 4 * anchors * architecture.classifierClasses, .head) : heads.logits
        if isMixed { held.append(logits) }
        if model.processor == .cpu {
            // Anchors of one image, and per image the object of every anchor.
            held.append(tape.make(anchors / batch * MemoryModel.boxBytes, .matching))
            held.append(tape.make(4 * anchors, .matching))
        }
        // Best score of every anchor, its copy, and the list that the search sorts.
        tape.touch(anchors * (4 + 4 + 16), .matching)
        tape.touch(candidate.objectsPerPatch * batch * MemoryModel.boxBytes, .matching)
        // The sampled rows are few; their gradient is as large as all of them.
        let classification = tape.apply([logits], bytes: 0, .head)
        let regression = tape.apply([heads.deltas], bytes: 0, .head)

        let two = 2 * 4 * voxels[0]
        elements += 12 * voxels[0]
        let wide = isMixed ? tape.apply([segmentation], bytes: two, .segmentation) : segmentation
        let logarithms = tape.apply([wide], bytes: two, .segmentation, savesOutput: true, backward: two)
        let probabilities = tape.apply([wide], bytes: two, .segmentation, savesOutput: true, backward: two)
        let truth = tape.make(two / 2, .segmentation)
        let dice = tape.apply([probabilities], bytes: 0, .segmentation, saves: [truth], forward: two / 2, backward: two / 2)
        let entropy = tape.apply([logarithms], bytes: 0, .segmentation, saves: [target])
        for map in held + [logarithms, probabilities, truth] + (isMixed ? [wide] : []) { tape.release(map) }
        return [classification, regression, dice, entropy]
    }
}
