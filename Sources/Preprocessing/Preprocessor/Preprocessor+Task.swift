import Core
import Foundation
import Imaging
import Support

extension Preprocessor {
    /// Prepares all cropped cases of a task: `raw_cropped` → `preprocessed/<plan>/imagesTr` with candidates, and the evaluation labels in that
    /// space in `labelsTr`.
    ///
    /// A case is done again only where its cropped form or the plan's preprocessing has changed, or where what was written is not whole any
    /// more; cases that left the task are removed.
    ///
    /// - Parameters:
    ///   - task: must be cropped.
    ///   - threads: cases at a time, at most; fewer where memory is short.
    ///   - overwrite: does all cases again.
    ///   - progress: told of every case that is through; nil shows nothing.
    /// - Throws: `Problem` naming the case or file; cases done until then stay.
    @discardableResult
    public func run(
        _ task: TaskFolder, threads: Int = processorCount, overwrite: Bool = false, progress: ProgressReporter? = nil
    ) throws -> StageSummary {
        let ids = try task.caseIDs(.train)
        let source = task.croppedImages()
        let images = task.preprocessedImages(plan.dataIdentifier, .train)
        let labels = task.preprocessedLabels(plan.dataIdentifier)
        for folder in [images, labels] { AtomicFile.removeLeftovers(in: folder) }
        EvaluationLabels.removeStrangers(in: labels, keeping: ids)
        DerivedFile.removeStrangers(in: images, keeping: ids, suffixes: [".npz", ".json", "_boxes.json"] + Unpacked.suffixes)
        let gate = MemoryGate()
        return StageSummary(
            try CaseLoop.run(ids, threads: threads, "preprocessed") { index in
                let id = ids[index]
                defer { progress?.advance(note: id) }
                let json = CroppedCase.propertiesFile(id, in: source)
                guard FileManager.default.fileExists(atPath: json.path) else {
                    throw Problem(json, "case \(id) has not been cropped", remedy: "run 'nndet prep' with prep.crop=true")
                }
                let cropped: CaseProperties = try JSONFile.read(from: json)
                guard try plan.orientation.map({ try AxisMap(cropped.geometry, to: $0) }) ?? .identity == cropped.orientation else {
                    throw Problem(
                        "plan \(plan.dataIdentifier)",
                        "orientation is \(plan.orientation ?? "none"), the cropped cases are turned otherwise",
                        remedy: "remove the plan, prep makes it again; the images' orientation is that of the majority")
                }
                let key = try key(of: cropped.contentKey ?? "unknown \(id)")
                let target = PreparedCase.propertiesFile(id, in: images)
                let files =
                    [PreparedCase.arrayFile(id, in: images), Candidates.file(id, in: images)] + EvaluationLabels.files(id, in: labels)
                guard overwrite || cropped.contentKey == nil || !DerivedFile.isCurrent(target, key: key, files: files) else { return false }
                try gate.run(needing: try memory(cropped)) {
                    var prepared = try prepare(Self.read(id, in: source), threads: max(1, processorCount / threads))
                    prepared.properties.contentKey = key
                    // What the raw image was like stands with the cropped case.
                    prepared.properties.images = nil
                    try DerivedFile.invalidate(target)
                    try prepared.writeArrays(in: images, labels: true)
                    try JSONFile.write(prepared.candidates, to: Candidates.file(id, in: images))
                    try EvaluationLabels(segmentation: prepared.segmentation, classes: cropped.instances).write(id, in: labels, key: key)
                    prepared.properties.files = try DerivedFile.seals(files)
                    try JSONFile.write(prepared.properties, to: target)
                }
                return true
            })
    }

    /// A cropped case; one that is damaged is cropped again by the next prep.
    private static func read(_ id: String, in folder: URL) throws -> CroppedCase {
        do { return try CroppedCase.read(id, in: folder) } catch let problem as Problem {
            try DerivedFile.invalidate(CroppedCase.propertiesFile(id, in: folder))
            throw Problem(problem.subject, problem.problem, remedy: "run 'nndet prep' again, which crops the case anew")
        }
    }

    /// Prepares the test cases of a task for prediction: `raw_splitted/imagesTs` → `preprocessed/<plan>/imagesTs`, by default all of them.
    ///
    /// A case is done again only where its images or the plan's preprocessing has changed. A case that fails does not keep the others from being
    /// prepared.
    ///
    /// - Returns: what was done, and the cases that failed, of which nothing is left.
    public func runTest(
        _ task: TaskFolder, cases: [String]? = nil, threads: Int = processorCount, progress: ProgressReporter? = nil
    ) throws -> (summary: StageSummary, failures: [CaseFailure]) {
        let all = try task.caseIDs(.test)
        let ids = cases ?? all
        let folder = task.preprocessedImages(plan.dataIdentifier, .test)
        DerivedFile.removeStrangers(in: folder, keeping: all, suffixes: [".npz", ".json"])
        let gate = MemoryGate()
        let (worked, failures) = try CaseLoop.outcomes(ids, threads: threads) { index -> Bool in
            let id = ids[index]
            defer { progress?.advance(note: id) }
            let images = try task.imageFiles(of: id, .test)
            let key = try key(of: Cropper.key(images: images, labels: nil, orientation: orientation, task.reader.policy))
            let target = PreparedCase.propertiesFile(id, in: folder)
            let files = [PreparedCase.arrayFile(id, in: folder)]
            guard !DerivedFile.isCurrent(target, key: key, files: files) else { return false }
            let geometry = try task.reader.geometry(images[0])
            let whole = CaseProperties(
                caseID: id, geometry: geometry,
                orientation: try orientation.map { try AxisMap(geometry, to: $0) } ?? .identity, cropLower: .zero,
                cropUpper: geometry.size)
            try gate.run(needing: try memory(whole)) {
                var prepared = try prepare(id: id, rawFiles: images, reader: task.reader, threads: max(1, processorCount / threads))
                prepared.properties.contentKey = key
                try DerivedFile.invalidate(target)
                prepared.properties.images = nil
                try prepared.writeArrays(in: folder, labels: false)
                prepared.properties.files = try DerivedFile.seals(files)
                try JSONFile.write(prepared.properties, to: target)
            }
            return true
        }
        return (StageSummary(worked.compactMap { $0 }), failures)
    }

    /// Bytes that preparing a case takes at most: its arrays before and after resampling, and the bytes of the archives.
    private func memory(_ properties: CaseProperties) throws -> Int {
        func product(_ shape: SIMD3<Int>) -> Int { shape.x * shape.y * shape.z }
        let before = properties.orientation.applied(to: properties.cropUpper &- properties.cropLower)
        let turned = SIMD3(before[transpose.x], before[transpose.y], before[transpose.z])
        let spacing = SIMD3(
            properties.spacing[transpose.x], properties.spacing[transpose.y], properties.spacing[transpose.z])
        let after = try resampledShape(turned, spacing: spacing, of: properties.caseID)
        return 4 * (plan.numModalities + 1) * (3 * product(before) + 5 * product(after))
    }
}
