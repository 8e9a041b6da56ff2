import Core
import Support

extension AugmentationPipeline {
    /// The pipeline for training that `options` asks for (spec 05, "Transform pipelines").
    ///
    /// - Parameters:
    ///   - options: of the transforms (`augmentation`).
    ///   - masked: per modality, whether it was normalised inside the nonzero region alone.
    ///   - dimension: of the network, 2 or 3.
    ///   - patchSize: voxels of the patch that the network sees, axes 0, 1, 2; 1 on axis 2 in 2D.
    ///   - inSlices: whether a 3D patch is so anisotropic that it is turned and stretched slice by slice (`do_dummy_2D_data_aug` of the plan).
    ///   - sets: that `augmentation.transforms` can name.
    /// - Throws: `Problem` naming a key whose value is not supported, or does not fit the modalities.
    public static func training(
        _ options: Configuration.Augmentation, masked: [Bool], dimension: Int, patchSize: SIMD3<Int>, inSlices: Bool = false,
        sets: [AugmentationSet] = AugmentationSet.all
    ) throws -> AugmentationPipeline {
        let set = try sets.named(options.transforms, key: "augmentation.transforms")
        let channels = try options.channels(of: masked.count)
        guard let intensities = set.intensities else { return .plain(patchSize: patchSize, channels: channels) }
        let inSlices = inSlices || (dimension == 3 && options.planar.slicewise)
        let planar = dimension == 2 || inSlices
        var spatial = try SpatialTransform(size: patchSize, options, planar: planar)
        spatial.inSlices = planar
        if options.randomCrop { spatial.randomCrop = try RandomCrop(distance: options.randomCropDistance, dimension: dimension) }
        let mirrored = dimension == 2 ? options.planar.mirrorAxes : options.mirrorAxes
        return AugmentationPipeline(
            spatial: spatial, generatorSize: generatorSize(for: spatial, dimension: dimension),
            transforms: intensities(options, inSlices ? [0] : dimension == 2 ? [2] : []) + [
                Mirror(axes: options.doMirror ? mirrored.sorted() : []),
                MaskOutside(modalities: channels.indices.filter { masked[channels[$0]] }),
            ], channels: channels)
    }

    /// What a patch must be cut in so that it fills the final one: only what is switched on asks for a margin (design, #16).
    private static func generatorSize(for spatial: SpatialTransform, dimension: Int) -> SIMD3<Int> {
        let final = spatial.size
        let scale = spatial.scaling?.range.lowerBound ?? 1
        let angles = spatial.rotation?.angles ?? []
        func size(_ axes: [Int], _ rotation: [ClosedRange<Double>]) -> SIMD3<Int> {
            let sizes = GeneratorPatch.size(final: axes.map { final[$0] }, rotation: rotation, smallestScale: min(1, scale))
            var result = final
            for (axis, size) in zip(axes, sizes) { result[axis] = size }
            return result
        }
        if dimension == 2 { return size([0, 1], Array(angles.prefix(1))) }
        return spatial.inSlices ? size([1, 2], Array(angles.prefix(1))) : size([0, 1, 2], angles)
    }
}

extension SpatialTransform {
    /// - Parameter planar: takes displacements and angles from `2d_overwrites`.
    init(size: SIMD3<Int>, _ options: Configuration.Augmentation, planar: Bool) throws {
        self.init(size: size)
        if options.doElastic {
            elastic = Elastic(
                probability: options.pElastic, alpha: planar ? options.planar.elasticAlpha : options.elasticAlpha,
                sigma: planar ? options.planar.elasticSigma : options.elasticSigma)
        }
        if options.doRotation {
            rotation = Rotation(probability: options.pRotation, angles: planar ? options.planar.rotation : options.rotation)
        }
        if options.doScaling {
            scaling = Scaling(
                probability: options.pScale, range: options.scaleRange, independent: options.independentScaleFactorForEachAxis)
        }
        order = try Self.order("order_data", options.orderData)
        labelOrder = try Self.order("order_seg", options.orderSegmentation)
        border = options.borderModeData
        labelBorder = options.borderModeSegmentation
        fill = Float(options.borderValueData)
        labelFill = Int32(options.borderValueSegmentation)
    }

    private static func order(_ key: String, _ number: Int) throws -> DeformedSampling.Order {
        guard let order = DeformedSampling.Order(rawValue: number) else {
            throw Problem("augmentation.\(key)", "\(number) is not supported", remedy: "0, 1 and 3 are")
        }
        return order
    }
}
