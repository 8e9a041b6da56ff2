import Core
import Foundation
import Imaging
import Support

/// Measures cropped cases: sizes, spacings, objects and foreground intensities (spec 03 §2).
public struct FingerprintExtractor: Sendable {
    /// 2 or 3.
    public let dim: Int
    /// Class names by id.
    public let classes: [String]
    /// Modality names by index.
    public let modalities: [String]

    public init(dim: Int = 3, classes: [String], modalities: [String]) {
        self.dim = dim
        self.classes = classes
        self.modalities = modalities
    }

    /// Measures one case.
    ///
    /// - Parameters:
    ///   - segmentation: instance ids of the cropped case, values ≤ 0 are no object.
    ///   - channels: intensities of the cropped case, one volume per modality.
    ///   - properties: of the cropped case: sizes, spacing, crop, and the class of each instance.
    /// - Throws: `Problem` naming the case when shapes disagree, an object lacks its class, or a class is not known.
    public func measure(segmentation: Volume<Int32>, channels: [Volume<Float>], properties: CaseProperties) throws -> CaseMeasurement {
        let name = properties.caseID
        guard channels.count == modalities.count, channels.allSatisfy({ $0.shape == segmentation.shape }) else {
            let shapes = channels.map { text($0.shape) }.joined(separator: ", ")
            throw Problem(
                name,
                "has channels of shape \(shapes) beside a mask of \(text(segmentation.shape)); "
                    + "\(modalities.count) of the mask's shape are needed", remedy: "crop the case again")
        }
        for (instance, label) in properties.instances.sorted(by: { $0.key < $1.key }) where !classes.indices.contains(label) {
            throw Problem(name, "object \(instance) has class \(label), which the task does not know", remedy: "correct its label file")
        }
        let scan = ObjectScan(segmentation)
        let labels = try scan.objects.map { object in
            guard let label = properties.instances[object.id] else {
                throw Problem(name, "object \(object.id) of the mask has no class", remedy: "list it under 'instances' of its label file")
            }
            return label
        }
        let boxes = scan.objects.map { flatBox($0) }
        let voxelVolume = axes(properties.spacing).reduce(1, *)
        var volumes: [Int: [Double]] = [:]
        for (label, extent) in zip(labels, scan.objects) { volumes[label, default: []].append(Double(extent.voxels) * voxelVolume) }
        var counts = Dictionary(uniqueKeysWithValues: classes.indices.map { ($0, 0) })
        for label in properties.instances.values { counts[label, default: 0] += 1 }

        let present = counts.filter { $0.value > 0 }.keys.sorted()
        let classIoUs = present.reduce(into: [Int: [[Double]]]()) { result, label in
            result[label] = Self.pairwiseIoUs(zip(boxes, labels).filter { $0.1 == label }.map(\.0))
        }
        let crop = zip(axes(properties.cropLower), axes(properties.cropUpper)).map { [$0, $1] }
        let fingerprint = CaseFingerprint(
            originalSize: axes(properties.sizeBeforeCropping), originalSpacing: axes(properties.spacing), cropBounds: crop,
            sizeAfterCropping: axes(properties.sizeAfterCropping), instances: properties.instances, classes: properties.classes,
            numInstances: counts, classesPresent: present,
            volumePerClass: counts.keys.reduce(into: [:]) { $0[$1] = (volumes[$1] ?? []).reduce(0, +) }, volumesPerClass: volumes,
            boxes: boxes, allIoUs: Self.pairwiseIoUs(boxes), classIoUs: classIoUs)
        let before = axes(properties.sizeBeforeCropping).reduce(1, *)
        let after = axes(properties.sizeAfterCropping).reduce(1, *)
        return CaseMeasurement(
            caseID: name, fingerprint: fingerprint, sizeReduction: Double(after) / Double(max(1, before)),
            intensities: channels.map { Self.intensities($0, at: scan.samples) }, rawOrientation: properties.geometry.axisCodes,
            orientation: Self.orientation(properties))
    }

    /// Puts the measurements of all cases together.
    public func combine(_ measurements: [CaseMeasurement]) throws -> Fingerprint {
        let cases = measurements.sorted { $0.caseID < $1.caseID }
        let intensity = try parallelMap(modalities.count * (cases.count + 1)) { index in
            let (modality, position) = (index / (cases.count + 1), index % (cases.count + 1))
            return Statistics.intensity(
                of: position < cases.count ? cases[position].intensities[modality] : cases.flatMap { $0.intensities[modality] })
        }
        var intensities: [Int: ModalityIntensity] = [:]
        for modality in modalities.indices {
            let row = intensity[modality * (cases.count + 1)..<(modality + 1) * (cases.count + 1)]
            let perCase = Dictionary(zip(cases.map(\.caseID), row)) { first, _ in first }
            intensities[modality] = ModalityIntensity(overall: row[row.endIndex - 1], perCase: perCase)
        }
        var numInstances = Dictionary(uniqueKeysWithValues: classes.indices.map { ($0, 0) })
        var classIoUs: [Int: [Double]] = [:]
        var orientations: [String: Int] = [:]
        for item in cases {
            for (label, count) in item.fingerprint.numInstances { numInstances[label, default: 0] += count }
            for (label, ious) in item.fingerprint.classIoUs { classIoUs[label, default: []] += ious.flatMap { $0 } }
            orientations[item.rawOrientation, default: 0] += 1
        }
        let shared = Set(cases.map(\.orientation))
        return Fingerprint(
            dim: dim, allSizes: cases.map(\.fingerprint.sizeAfterCropping), allSpacings: cases.map(\.fingerprint.originalSpacing),
            sizeReductions: Dictionary(cases.map { ($0.caseID, $0.sizeReduction) }) { first, _ in first },
            modalities: Dictionary(uniqueKeysWithValues: modalities.enumerated().map { ($0.offset, $0.element) }),
            classNames: Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($0.offset, $0.element) }),
            numInstances: numInstances, classIoUs: classIoUs, allIoUs: cases.flatMap { $0.fingerprint.allIoUs.flatMap { $0 } },
            cases: Dictionary(cases.map { ($0.caseID, $0.fingerprint) }) { first, _ in first }, intensity: intensities,
            orientations: orientations, orientation: shared.count == 1 ? shared.first : nil)
    }

    /// IoU of each box with every other one, [N, N − 1].
    static func pairwiseIoUs(_ boxes: [[Int]]) -> [[Double]] {
        boxes.indices.map { i in boxes.indices.compactMap { $0 == i ? nil : iou(boxes[i], boxes[$0]) } }
    }

    private static func iou(_ a: [Int], _ b: [Int]) -> Double {
        // Pairs (lower, upper) of positions in the original's order: axis 0, axis 1, axis 2.
        var (inter, volumeA, volumeB) = (1, 1, 1)
        for (low, high) in [(0, 2), (1, 3), (4, 5)].prefix(a.count / 2) {
            inter *= max(0, min(a[high], b[high]) - max(a[low], b[low]))
            volumeA *= a[high] - a[low]
            volumeB *= b[high] - b[low]
        }
        return Double(inter) / Double(volumeA + volumeB - inter)
    }

    /// Values at `offsets`; those that are not finite would spoil every statistic and are left out (preprocessing sets them to 0).
    private static func intensities(_ channel: Volume<Float>, at offsets: [Int]) -> [Float] {
        channel.voxels.withUnsafeBufferPointer { voxels in offsets.lazy.map { voxels[$0] }.filter(\.isFinite) }
    }

    /// Axis codes of the arrays after reorientation.
    private static func orientation(_ properties: CaseProperties) -> String {
        let opposite: [Character: Character] = ["L": "R", "R": "L", "P": "A", "A": "P", "S": "I", "I": "S"]
        // Axis codes begin with the fastest axis.
        let letters = Array(properties.geometry.axisCodes.reversed())
        let map = properties.orientation
        let turned = (0..<3).map { axis in
            let letter = letters[map.source[axis]]
            return map.flipped[axis] ? opposite[letter] ?? letter : letter
        }
        return String(turned.reversed())
    }

    private func flatBox(_ extent: InstanceExtent) -> [Int] {
        let (low, high) = (extent.lower &- 1, extent.upper &+ 1)
        return [low.x, low.y, high.x, high.y] + (dim == 3 ? [low.z, high.z] : [])
    }

    private func axes<Value: SIMDScalar>(_ vector: SIMD3<Value>) -> [Value] { (0..<dim).map { vector[$0] } }

    private func text(_ shape: SIMD3<Int>) -> String { axes(shape).map(String.init).joined(separator: "×") }
}
