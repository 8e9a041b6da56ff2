import Core
import Support

extension AugmentationPipeline {
    /// The pipeline for training that `options` asks for, as far as it exists: mirroring; `notice` names the rest.
    ///
    /// - Parameters:
    ///   - masked: per modality, whether it was normalised inside the nonzero region alone.
    ///   - dimension: of the network, 2 or 3.
    /// - Throws: `Problem` where channels are to be selected, which is not supported.
    public static func training(
        _ options: Configuration.Augmentation, masked: [Bool], dimension: Int, patchSize: SIMD3<Int>
    ) throws -> AugmentationPipeline {
        guard options.selectedDataChannels == nil else {
            throw Problem("augmentation.selected_data_channels", "is not supported", remedy: "leave it at null")
        }
        if options.transforms == .none { return .plain(patchSize: patchSize) }
        let axes = dimension == 2 ? options.planar.mirrorAxes : options.mirrorAxes
        return .mirroring(
            patchSize: patchSize, axes: options.doMirror ? axes.sorted() : [], masked: masked,
            notice: notice(name: options.name, missing: missing(options)))
    }

    /// What `options` asks for beside mirroring, in the order in which it would be applied.
    private static func missing(_ options: Configuration.Augmentation) -> [String] {
        var missing: [String] = []
        if options.doElastic && options.pElastic > 0 { missing.append("elastic deformation") }
        if options.doRotation && options.pRotation > 0 { missing.append("rotation") }
        if options.doScaling && options.pScale > 0 { missing.append("scaling") }
        switch options.transforms {
        case .none, .standard: break
        case .baseMore, .more, .insane: missing += ["noise", "blur", "brightness", "contrast"]
        }
        if options.transforms == .more || options.transforms == .insane { missing.append("low resolution") }
        if options.doGamma && options.pGamma > 0 { missing.append("gamma") }
        if options.doAdditiveBrightness { missing.append("additive brightness") }
        return missing
    }
}
