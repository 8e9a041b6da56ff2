import Core
import Foundation
import Imaging
import Support

/// Brings cases to the form that a plan asks for: transposed, resampled, normalised (spec 04).
public struct Preprocessor: Sendable {
    public let plan: Plan
    /// Array axis that becomes axis i.
    let transpose: SIMD3<Int>
    /// Millimetres, transposed axes.
    let targetSpacing: SIMD3<Double>
    private let normalizers: [Normalizer]
    /// Axis codes that raw images are turned to; nil leaves them as they are stored.
    let orientation: String?

    /// - Parameters:
    ///   - plan: says how.
    ///   - referenceBehaviour: leaves raw images in the orientation that they are stored in, as the original does.
    /// - Throws: `Problem` where the plan's preprocessing cannot be carried out.
    public init(plan: Plan, referenceBehaviour: Bool = false) throws {
        self.plan = plan
        orientation = referenceBehaviour ? nil : plan.orientation
        let axes = plan.transposeForward.count == 2 ? plan.transposeForward + [2] : plan.transposeForward
        guard axes.sorted() == [0, 1, 2] else {
            throw Problem("plan: transpose_forward", "\(plan.transposeForward) is not an order of axes")
        }
        transpose = SIMD3(axes[0], axes[1], axes[2])
        let spacing = plan.targetSpacingTransposed.count == 2 ? plan.targetSpacingTransposed + [1] : plan.targetSpacingTransposed
        guard spacing.count == 3, spacing.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw Problem("plan: target_spacing_transposed", "\(plan.targetSpacingTransposed) must be positive numbers, one per axis")
        }
        targetSpacing = SIMD3(spacing[0], spacing[1], spacing[2])
        normalizers = try (0..<plan.numModalities).map { try Normalizer(plan: plan, modality: $0) }
    }

    /// Prepares a cropped case.
    ///
    /// - Parameters:
    ///   - cropped: in array order, axes not transposed yet.
    ///   - threads: processors to use for this one case.
    /// - Throws: `Problem` where the case has another number of modalities than the plan, or an impossible spacing.
    public func prepare(_ cropped: CroppedCase, threads: Int = processorCount) throws -> PreparedCase {
        var properties = cropped.properties
        guard cropped.channels.count == plan.numModalities else {
            throw Problem(
                "case \(properties.caseID)", "has \(cropped.channels.count) modalities, the plan is for \(plan.numModalities)")
        }
        let spacing = SIMD3(
            properties.spacing[transpose.x], properties.spacing[transpose.y], properties.spacing[transpose.z])
        guard spacing.isUsable else { throw Problem("case \(properties.caseID)", "its spacing is not positive and finite") }
        var segmentation = cropped.segmentation.transposed(transpose)
        let shape = try resampledShape(segmentation.shape, spacing: spacing, of: properties.caseID)
        segmentation = segmentation.resampledNearest(to: shape)
        segmentation.voxels.withUnsafeMutableBufferPointer { labels in
            for i in 0..<labels.count where labels[i] < -1 { labels[i] = 0 }
        }
        let count = shape.x * shape.y * shape.z
        var channels: [Float] = []
        channels.reserveCapacity(count * cropped.channels.count)
        for channel in cropped.channels {
            var turned = channel.transposed(transpose)
            turned.voxels.withUnsafeMutableBufferPointer { values in
                for i in 0..<values.count where values[i].isNaN { values[i] = 0 }
            }
            channels.append(contentsOf: turned.resampled(to: shape, interpolation: .cubic, threads: threads).voxels)
        }
        channels.withUnsafeMutableBufferPointer { values in
            segmentation.voxels.withUnsafeBufferPointer { labels in
                for (modality, normalizer) in normalizers.enumerated() {
                    let part = UnsafeMutableBufferPointer(rebasing: values[modality * count..<(modality + 1) * count])
                    normalizer.apply(part, segmentation: labels)
                }
            }
        }
        properties.sizeAfterResampling = shape
        properties.spacingAfterResampling = targetSpacing
        return PreparedCase(
            id: properties.caseID, channels: channels, channelCount: cropped.channels.count, shape: shape, segmentation: segmentation,
            properties: properties)
    }

    /// Prepares a case from its raw files (one per modality), without labels: what prediction needs.
    ///
    /// - Throws: `Problem` naming the file: missing, unreadable, on another grid than modality 0, all zero.
    public func prepare(id: String, rawFiles: [URL], reader: ImageReader, threads: Int = processorCount) throws -> PreparedCase {
        guard rawFiles.count == plan.numModalities else {
            throw Problem("case \(id)", "has \(rawFiles.count) images, the plan is for \(plan.numModalities) modalities")
        }
        return try prepare(RawCase(id: id, images: rawFiles, orientation: orientation, reader: reader).cropped(), threads: threads)
    }

    /// Voxels of an array of `shape` at the target spacing; halves go to the even number, at least one per axis.
    ///
    /// - Throws: `Problem` where the machine has not the memory for it.
    func resampledShape(_ shape: SIMD3<Int>, spacing: SIMD3<Double>, of id: String) throws -> SIMD3<Int> {
        var result = SIMD3<Int>.one
        var bytes = 4.0 * Double(plan.numModalities + 1)
        for axis in 0..<3 {
            let size = max(1, (spacing[axis] / targetSpacing[axis] * Double(shape[axis])).rounded(.toNearestOrEven))
            bytes *= size
            result[axis] = Int(exactly: size) ?? Int.max
        }
        guard bytes < Double(MemoryGate.machineMemory) else {
            let text = { (vector: SIMD3<Double>) in "\(vector.x), \(vector.y), \(vector.z)" }
            throw Problem(
                "case \(id)",
                "resampling its \(shape.sizeText) voxels of (\(text(spacing))) mm to the plan's (\(text(targetSpacing))) mm makes "
                    + "\(result.sizeText) voxels, which need \(Int(bytes / 1e9, clampedTo: 0...(.max))) GB; the machine has \(MemoryGate.machineMemory / 1_000_000_000) GB",
                remedy: "check the spacing in the header of its images")
        }
        return result
    }

    /// Key of everything in the plan that the arrays depend on.
    func key(of input: String) throws -> String {
        struct Options: Encodable {
            let orientation: String?
            let transpose: SIMD3<Int>
            let spacing: SIMD3<Double>
            let schemes: [String]
            let masks: [Bool]
            let intensity: [IntensityStatistics]
        }
        let options = Options(
            orientation: orientation, transpose: transpose, spacing: targetSpacing, schemes: plan.normalizationSchemes,
            masks: plan.useMaskForNorm, intensity: plan.intensity)
        var key = ContentKey()
        key.add("preprocess 2")
        key.add(input)
        key.add(String(decoding: try JSONFile.encode(options, pretty: false), as: UTF8.self))
        return key.text
    }
}
