import Core
import Foundation
import Imaging
import Planning
import Support
import TestSupport
import Testing

/// Family plan: the fingerprint of the raw tasks (sizes, counts and boxes exact; floats 1e-6).
///
/// The original computes intensity statistics in 32 bits, ours in 64: hence a relative tolerance there.
@Suite struct FingerprintConformance {
    @Test(arguments: SeedFolder.all) func datasetProperties(_ seed: SeedFolder) throws {
        let suffix = "_dataset_properties.json"
        let files = seed.files("plan/", suffix: suffix)
        #expect(!files.isEmpty)
        for file in files {
            let theirs = try seed.json(Fingerprint.self, file)
            let ours = try fingerprint(seed, task: String(file.dropLast(suffix.count)))
            #expect(ours.dim == theirs.dim && ours.caseIDs == theirs.caseIDs)
            #expect(ours.modalities == theirs.modalities && ours.classNames == theirs.classNames && ours.allClasses == theirs.allClasses)
            #expect(ours.allSizes == theirs.allSizes && ours.numInstances == theirs.numInstances)
            var deviation = difference(ours.allSpacings.flatMap { $0 }, theirs.allSpacings.flatMap { $0 })
            deviation = max(deviation, difference(ours.allIoUs, theirs.allIoUs))
            // The original lists no class of which no case has two objects, or in which no case has any.
            for label in theirs.allClasses {
                deviation = max(deviation, difference(ours.classIoUs[label] ?? [], theirs.classIoUs[label] ?? []))
            }
            for id in theirs.caseIDs {
                let (a, b) = (try #require(ours.cases[id]), try #require(theirs.cases[id]))
                #expect(a.boxes == b.boxes && a.instances == b.instances && a.classes == b.classes, "\(file) \(id)")
                #expect(a.numInstances == b.numInstances && a.classesPresent == b.classesPresent, "\(file) \(id)")
                #expect(a.cropBounds == b.cropBounds && a.sizeAfterCropping == b.sizeAfterCropping && a.originalSize == b.originalSize)
                #expect(Set(a.volumesPerClass.keys) == Set(b.volumesPerClass.keys))
                deviation = max(deviation, difference([ours.sizeReductions[id] ?? -1], [theirs.sizeReductions[id] ?? -2]))
                deviation = max(deviation, difference(a.originalSpacing, b.originalSpacing))
                deviation = max(deviation, difference(a.allIoUs.flatMap { $0 }, b.allIoUs.flatMap { $0 }))
                for label in theirs.allClasses {
                    deviation = max(deviation, difference([a.volumePerClass[label] ?? 0], [b.volumePerClass[label] ?? 0]))
                    deviation = max(deviation, difference(a.volumesPerClass[label] ?? [], b.volumesPerClass[label] ?? []))
                    deviation = max(
                        deviation, difference((a.classIoUs[label] ?? []).flatMap { $0 }, (b.classIoUs[label] ?? []).flatMap { $0 }))
                }
            }
            for modality in theirs.modalities.keys {
                let (a, b) = (try #require(ours.intensity[modality]), try #require(theirs.intensity[modality]))
                deviation = max(deviation, difference(values(a.overall), values(b.overall)))
                for id in theirs.caseIDs {
                    deviation = max(deviation, difference(try values(#require(a.perCase[id])), try values(#require(b.perCase[id]))))
                }
            }
            #expect(ConformanceReport.note(family: "plan", file: "\(seed)/\(file)", deviation: deviation, tolerance: 1e-6))
        }
    }

    /// The fingerprint of the raw task in `task`, cropped to what is not zero.
    private func fingerprint(_ seed: SeedFolder, task: String) throws -> Fingerprint {
        _ = seed.file("\(task)/dataset.json")
        let folder = seed.url.appendingPathComponent(task)
        let info = try DatasetInfo.read(in: folder)
        let extractor = FingerprintExtractor(info: info)
        let labels = seed.files("\(task)/raw_splitted/labelsTr/", suffix: ".json")
        return try extractor.combine(
            labels.map { label in
                let id = URL(fileURLWithPath: label).deletingPathExtension().lastPathComponent
                let instances = try CaseLabels.read(seed.file(label)).instances
                let images = try info.modalities.indices.map { modality in
                    let name = String(format: "%@_%04d.nii.gz", id, modality)
                    return try ImageReader().read(seed.file("\(task)/raw_splitted/imagesTr/\(name)"))
                }
                let mask = try ImageReader().readLabels(seed.file("\(task)/raw_splitted/labelsTr/\(id).nii.gz")).volume
                return try measure(id, images, mask, instances, extractor)
            })
    }

    private func measure(
        _ id: String, _ images: [Image<Float>], _ mask: Volume<Int32>, _ instances: [Int: Int], _ extractor: FingerprintExtractor
    ) throws -> CaseMeasurement {
        var nonzero = Volume<UInt8>(shape: mask.shape, filledWith: 0)
        for image in images { for (index, value) in image.volume.voxels.enumerated() where value != 0 { nonzero.voxels[index] = 1 } }
        let body = nonzero.holesFilled()
        let (lower, upper) = try #require(body.nonzeroBounds())
        var labels = mask
        for index in labels.voxels.indices where labels.voxels[index] == 0 && body.voxels[index] == 0 { labels.voxels[index] = -1 }
        labels = labels.cropped(lower, upper)
        let properties = CaseProperties(
            caseID: id, geometry: images[0].geometry, cropLower: lower, cropUpper: upper, instances: instances,
            classes: Set(labels.voxels).map(Int.init).sorted())
        return try extractor.measure(
            segmentation: labels, channels: images.map { $0.volume.cropped(lower, upper) }, properties: properties)
    }

    private func values(_ statistics: IntensityStatistics) -> [Double] {
        [
            statistics.median, statistics.mean, statistics.std, statistics.min, statistics.max, statistics.percentile995,
            statistics.percentile005,
        ]
    }

    /// Largest difference relative to the other's magnitude (at least 1); infinite where lengths or NaNs differ.
    private func difference(_ ours: [Double], _ theirs: [Double]) -> Double {
        guard ours.count == theirs.count else { return .infinity }
        return zip(ours, theirs).reduce(0) { largest, pair in
            if pair.0.isNaN || pair.1.isNaN { return pair.0.isNaN && pair.1.isNaN ? largest : .infinity }
            return max(largest, abs(pair.0 - pair.1) / max(1, abs(pair.1)))
        }
    }
}
