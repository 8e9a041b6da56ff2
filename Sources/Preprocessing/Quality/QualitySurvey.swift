import Core
import Foundation
import Support

/// Gathers the quality report of a task from what preprocessing has left on disk.
public struct QualitySurvey: Sendable {
    public let task: TaskFolder
    /// Data identifiers of the plans whose arrays are there.
    public let plans: [String]
    public let splits: Splits?

    public init(task: TaskFolder, plans: [String], splits: Splits?) {
        self.task = task
        self.plans = plans
        self.splits = splits
    }

    /// The plans among `names` of which all cases are preprocessed.
    public static func finishedPlans(_ names: [String], _ task: TaskFolder, cases: [String]) -> [String] {
        names.filter { name in
            let folder = task.preprocessedImages(name, .train)
            return cases.allSatisfy { FileManager.default.fileExists(atPath: Candidates.file($0, in: folder).path) }
        }
    }

    /// - Parameters:
    ///   - fingerprint: of the training cases.
    ///   - test: summaries of the test images by case id.
    /// - Throws: `Problem` where a file of a case is missing or damaged.
    public func report(_ fingerprint: Fingerprint, test: [String: [ImageSummary]]) throws -> QualityReport {
        let ids = fingerprint.caseIDs
        let images: [String: [ImageSummary]] = try ids.reduce(into: [:]) { images, id in
            let properties: CaseProperties = try JSONFile.read(from: CroppedCase.propertiesFile(id, in: task.croppedImages()))
            images[id] = properties.images ?? []
        }
        return QualityReport(
            task: task.name, cases: ids.count, testCases: task.imageListing(.test).ids.count, classes: Self.balance(fingerprint),
            casesWithoutObjects: ids.filter { fingerprint.cases[$0]?.boxes.isEmpty ?? true },
            duplicates: Self.duplicates(train: images, test: test, splits), outliers: Self.outliers(fingerprint, images),
            lostObjects: try plans.flatMap { try lostObjects($0, fingerprint) }, labelsWithoutImage: try labelsWithoutImage())
    }

    private static func balance(_ fingerprint: Fingerprint) -> [QualityReport.ClassBalance] {
        fingerprint.allClasses.map { label in
            let volumes = fingerprint.cases.values.flatMap { $0.volumesPerClass[label] ?? [] }
            return QualityReport.ClassBalance(
                label: label, name: fingerprint.classNames[label] ?? "\(label)", objects: fingerprint.numInstances[label] ?? 0,
                cases: fingerprint.cases.values.count { ($0.numInstances[label] ?? 0) > 0 }, medianVolume: RobustScale(volumes)?.median)
        }
    }

    /// Images with equal keys in different cases, and what they have in common with a split.
    static func duplicates(train: [String: [ImageSummary]], test: [String: [ImageSummary]], _ splits: Splits?) -> [QualityReport.Duplicate]
    {
        var places: [String: [QualityReport.ImageID]] = [:]
        for (split, cases) in [(TaskFolder.Split.train, train), (.test, test)] {
            for (id, images) in cases.sorted(by: { $0.key < $1.key }) {
                for (modality, image) in images.enumerated() {
                    places[image.key, default: []].append(.init(split: split.rawValue, caseID: id, modality: modality))
                }
            }
        }
        return places.values.filter { Set($0.map { "\($0.split)/\($0.caseID)" }).count > 1 }
            .map { QualityReport.Duplicate(images: $0, across: sides(of: $0, splits)) }
            .sorted { ($0.images[0].caseID, $0.images[0].modality) < ($1.images[0].caseID, $1.images[0].modality) }
    }

    private static func sides(of images: [QualityReport.ImageID], _ splits: Splits?) -> [String] {
        let train = Set(images.filter { $0.split == TaskFolder.Split.train.rawValue }.map(\.caseID))
        let isTested = images.contains { $0.split == TaskFolder.Split.test.rawValue }
        var sides = isTested && !train.isEmpty ? ["training and test"] : []
        for (index, fold) in (splits?.folds ?? []).enumerated() where !train.isDisjoint(with: fold.train) {
            if !train.isDisjoint(with: fold.val) { sides.append("training and validation of fold \(index)") }
            if !train.isDisjoint(with: fold.test ?? []) { sides.append("training and test of fold \(index)") }
        }
        return sides
    }

    static func outliers(_ fingerprint: Fingerprint, _ images: [String: [ImageSummary]]) -> [QualityReport.Outlier] {
        let ids = fingerprint.caseIDs
        var found: [QualityReport.Outlier] = []
        // Of a handful of cases none can be called unusual.
        guard ids.count >= 5 else { return [] }
        /// - Parameter least: smallest distance from the median that is worth a look; nil: a factor of 1.5.
        func look(_ property: String, least: Double? = nil, _ value: (String) -> Double?) {
            let relative = least == nil
            let values = ids.compactMap { id in value(id).map { (id, $0) } }.filter { $0.1.isFinite }
            guard let median = RobustScale(values.map(\.1))?.median,
                let scale = RobustScale(values.map { relative ? log(max($0.1, .leastNormalMagnitude)) : $0.1 })
            else { return }
            for (id, value) in values {
                let deviations = scale.deviations(relative ? log(max(value, .leastNormalMagnitude)) : value, floor: relative ? 0.05 : nil)
                // However alike the others are.
                let distance = abs((relative ? log(max(value, .leastNormalMagnitude)) : value) - scale.median)
                guard deviations > 5, distance > least ?? log(1.5) else { continue }
                found.append(.init(caseID: id, property: property, value: value, median: median, deviations: deviations))
            }
        }
        for axis in 0..<fingerprint.dim {
            look("spacing along axis \(axis) (mm)") { fingerprint.cases[$0]?.originalSpacing[axis] }
            look("size along axis \(axis) (mm)") { id in
                fingerprint.cases[id].map { Double($0.sizeAfterCropping[axis]) * $0.originalSpacing[axis] }
            }
        }
        for (modality, name) in fingerprint.modalities.sorted(by: { $0.key < $1.key }) {
            func summary(_ id: String) -> ImageSummary? { images[id].flatMap { $0.indices.contains(modality) ? $0[modality] : nil } }
            let spread = RobustScale(ids.compactMap { summary($0)?.std })?.median ?? 0
            look("mean of \(name)", least: spread) { summary($0)?.mean }
            look("standard deviation of \(name)") { summary($0)?.std }
        }
        return found.sorted { ($0.caseID, $0.property) < ($1.caseID, $1.property) }
    }

    private func lostObjects(_ plan: String, _ fingerprint: Fingerprint) throws -> [QualityReport.LostObject] {
        let folder = task.preprocessedImages(plan, .train)
        return try fingerprint.caseIDs.flatMap { id -> [QualityReport.LostObject] in
            let candidates: Candidates = try JSONFile.read(from: Candidates.file(id, in: folder))
            let left = Dictionary(zip(candidates.instances, candidates.voxels ?? []), uniquingKeysWith: { first, _ in first })
            return (fingerprint.cases[id]?.instances ?? [:]).sorted { $0.key < $1.key }.compactMap { instance, label in
                let voxels = left[instance] ?? 0
                guard voxels < QualityReport.minimumVoxels else { return nil }
                return .init(plan: plan, caseID: id, instance: instance, label: label, voxels: voxels)
            }
        }
    }

    /// Label maps and json files of no case, apart from those that the conversion of semantic labels leaves.
    private func labelsWithoutImage() throws -> [String] {
        try TaskFolder.Split.allCases.flatMap { split -> [String] in
            let ids = Set(task.imageListing(split).ids)
            return try task.labelMaps(split).compactMap { stem, file in
                let isSource = ["_orig", "_stuff"].contains { stem.hasSuffix($0) && ids.contains(String(stem.dropLast($0.count))) }
                return ids.contains(stem) || isSource ? nil : "labels\(split.rawValue)/\(file.lastPathComponent)"
            }
        }
    }
}
