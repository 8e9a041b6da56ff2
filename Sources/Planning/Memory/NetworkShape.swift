import Core

/// Layer sizes of the Retina U-Net of an architecture (spec 06): channels per resolution and numbers of parameters.
package struct NetworkShape: Sendable, Equatable {
    /// Anchors per position: three sizes on each axis.
    package let anchorsPerPosition: Int
    /// Output channels of the encoder, per resolution.
    package let encoder: [Int]
    /// Output channels of the decoder, per resolution.
    package let decoder: [Int]
    /// Product of the strides down to each resolution.
    package let strideProducts: [Int]
    private let architecture: Plan.Architecture

    package init(_ architecture: Plan.Architecture) {
        self.architecture = architecture
        let resolutions = architecture.convKernels.count
        encoder = (0..<resolutions).map { min(architecture.maxChannels, architecture.startChannels << min($0, 20)) }
        var decoder = Array(repeating: architecture.fpnChannels, count: resolutions)
        let first = architecture.decoderLevels.first ?? 0
        for level in (0..<first).reversed() { decoder[level] = max(8, decoder[level + 1] / 2) }
        self.decoder = decoder
        var products = [1]
        for stride in architecture.strides { products.append((products.last ?? 1) * stride.reduce(1, *)) }
        strideProducts = products
        anchorsPerPosition = architecture.dim == 3 ? 27 : 9
    }

    /// Trainable numbers of the network.
    package var parameters: Int { encoderParameters + decoderParameters + headParameters + segmenterParameters }

    private func volume(_ kernel: [Int]) -> Int { kernel.reduce(1, *) }

    private var encoderParameters: Int {
        encoder.indices.reduce(0) { total, level in
            let input = level == 0 ? architecture.inChannels : encoder[level - 1]
            let kernel = volume(architecture.convKernels[level])
            return total + (input + encoder[level]) * encoder[level] * kernel + 4 * encoder[level]
        }
    }

    private var decoderParameters: Int {
        decoder.indices.reduce(0) { total, level in
            let lateral = encoder[level] * decoder[level] + decoder[level]
            let out = decoder[level] * decoder[level] * volume(architecture.convKernels[level]) + decoder[level]
            let up = level == 0 ? 0 : decoder[level] * decoder[level - 1] * volume(architecture.strides[level - 1]) + decoder[level - 1]
            return total + lateral + out + up
        }
    }

    private var headParameters: Int {
        let kernel = architecture.dim == 3 ? 27 : 9
        let (input, inner) = (architecture.fpnChannels, architecture.headChannels)
        let branch = (input * inner + inner * inner) * kernel + 4 * inner
        let logits = anchorsPerPosition * architecture.classifierClasses
        let deltas = anchorsPerPosition * 2 * architecture.dim
        return 2 * branch + (logits + deltas) * (inner * kernel + 1) + architecture.decoderLevels.count
    }

    private var segmenterParameters: Int { 2 * (decoder.first ?? 0) + 2 }
}
