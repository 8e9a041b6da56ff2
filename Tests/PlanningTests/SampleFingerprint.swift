import Core
import Planning

/// A fingerprint of `cases` equal images with `boxes` each.
func sampleFingerprint(
    cases: Int = 4, size: [Int] = [64, 64, 64], spacing: [Double] = [1, 1, 1], boxes: [[Int]] = [[10, 10, 20, 20, 10, 20]],
    modalities: [String] = ["MRI"], classes: [String] = ["lesion"], reduction: Double = 1
) -> Fingerprint {
    let ids = (0..<cases).map { "case_\($0)" }
    let instances = Dictionary(uniqueKeysWithValues: boxes.indices.map { ($0 + 1, 0) })
    let item = CaseFingerprint(
        originalSize: size, originalSpacing: spacing, cropBounds: size.map { [0, $0] }, sizeAfterCropping: size, instances: instances,
        classes: [0], numInstances: [0: boxes.count], classesPresent: boxes.isEmpty ? [] : [0], volumePerClass: [:], volumesPerClass: [:],
        boxes: boxes, allIoUs: [], classIoUs: [:])
    let statistics = IntensityStatistics(median: 1, mean: 1, std: 1, min: 0, max: 2, percentile995: 2, percentile005: 0)
    return Fingerprint(
        dim: size.count, allSizes: ids.map { _ in size }, allSpacings: ids.map { _ in spacing },
        sizeReductions: Dictionary(uniqueKeysWithValues: ids.map { ($0, reduction) }),
        modalities: Dictionary(uniqueKeysWithValues: modalities.enumerated().map { ($0.offset, $0.element) }),
        classNames: Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($0.offset, $0.element) }),
        numInstances: [0: cases * boxes.count], classIoUs: [:], allIoUs: [],
        cases: Dictionary(uniqueKeysWithValues: ids.map { ($0, item) }),
        intensity: Dictionary(
            uniqueKeysWithValues: modalities.indices.map { ($0, ModalityIntensity(overall: statistics, perCase: [:])) }))
}

/// Boxes of growing size, different on every axis.
func growingBoxes(_ count: Int, largest: Int = 40) -> [[Int]] {
    (0..<count).map { index in
        let size = 4 + index * (largest - 4) / max(1, count - 1)
        return [5, 5, 5 + size, 5 + max(3, size * 3 / 4), 5, 5 + max(3, size / 2)]
    }
}
