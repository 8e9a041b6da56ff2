import Core
import Foundation
import Imaging
import Support

/// Checks the raw cases of a task before anything is made of them (spec 01).
///
/// The basic check looks at names, headers and label files; the full check reads every voxel too. Both go through all cases and collect what
/// they find.
public struct DataCheck: Sendable {
    public enum Depth: Sendable { case basic, full }

    public let task: TaskFolder
    public let depth: Depth
    public let threads: Int

    public init(task: TaskFolder, depth: Depth = .basic, threads: Int = processorCount) {
        self.task = task
        self.depth = depth
        self.threads = threads
    }

    /// Checks the training cases, and the test cases with their labels where the data set says that it has them.
    ///
    /// - Throws: `Problem`, the first of those found, with the number of the others.
    public func run(progress: ProgressReporter? = nil) throws {
        var problems = problems(.train, progress: progress)
        if task.info.testLabels { problems += self.problems(.test, progress: progress) }
        try Self.throwFirst(of: problems)
    }

    /// Throws the first of `problems`, which tells how many there are; nothing where there is none.
    public static func throwFirst(of problems: [Problem]) throws {
        guard let first = problems.first else { return }
        guard problems.count > 1 else { throw first }
        throw Problem(
            first.subject, first.problem + " (the first of \(problems.count) problems; the others are in the log)", remedy: first.remedy)
    }

    /// All problems of the cases of `split`, in the order of the cases.
    ///
    /// - Parameter labels: whether label files are expected.
    public func problems(_ split: TaskFolder.Split, labels: Bool = true, progress: ProgressReporter? = nil) -> [Problem] {
        do {
            let ids = try task.caseIDs(split)
            guard !ids.isEmpty else {
                return [Problem(task.images(split), "holds no images", remedy: "put the images there as <case>_0000.nii.gz, …")]
            }
            let found = try parallelMap(ids.count, threads: threads) { index in
                defer { progress?.advance(note: ids[index]) }
                return problems(of: ids[index], split, labels: labels)
            }
            return nameClashes(ids, split) + found.flatMap { $0 }
        } catch { return [Self.problem(error)] }
    }

    /// Cases of which the files would overwrite those made for another one.
    private func nameClashes(_ ids: [String], _ split: TaskFolder.Split) -> [Problem] {
        let known = Set(ids)
        return ids.compactMap { id in
            for suffix in ["_seg", "_boxes", "_unpacked"] where id.hasSuffix(suffix) && known.contains(String(id.dropLast(suffix.count))) {
                return Problem(
                    task.images(split).appendingPathComponent("\(id)_0000"),
                    "case \(id) has the name of a file that is made for case \(id.dropLast(suffix.count))", remedy: "rename one of them")
            }
            return nil
        }
    }

    /// The problems of one case, each file that can be looked at being looked at.
    public func problems(of id: String, _ split: TaskFolder.Split, labels: Bool = true) -> [Problem] {
        var found = Findings()
        let images = found.collect { _ in try task.imageFiles(of: id, split) } ?? []
        var grid: (geometry: Geometry, url: URL)?
        var anyVoxel = false
        var looked = 0
        for url in images {
            found.collect { found in
                let geometry: Geometry
                if depth == .full {
                    try ImageFile.verify(url)
                    let image = try ImageFile.read(url)
                    geometry = image.geometry
                    anyVoxel = VoxelCheck.anyNonzero(image.volume) || anyVoxel
                    looked += 1
                    if let problem = try VoxelCheck.problem(image.volume, url) { found.problems.append(problem) }
                } else {
                    geometry = try ImageFile.readGeometry(url)
                }
                let reference = grid ?? (geometry, url)
                grid = reference
                if let problem = GridCheck.problem(geometry, reference.geometry, url, reference.url) { found.problems.append(problem) }
            }
        }
        if looked > 0, looked == images.count, !anyVoxel {
            found.problems.append(VoxelCheck.empty(id, images[0]))
        }
        if labels { checkLabels(of: id, split, grid, &found) }
        return found.problems
    }

    private func checkLabels(of id: String, _ split: TaskFolder.Split, _ grid: (geometry: Geometry, url: URL)?, _ found: inout Findings) {
        let json = task.labelJSON(of: id, split)
        let instances = found.collect { _ in
            guard FileManager.default.fileExists(atPath: json.path) else {
                throw Problem(
                    json, "case \(id) has no file that gives the classes of its instances",
                    remedy: "write {\"instances\": {\"1\": 0}}, or {\"instances\": {}} where there is no object")
            }
            do { return try CaseLabels.read(json).instances } catch let problem as Problem {
                throw Problem(
                    problem.subject, problem.problem, remedy: problem.remedy ?? "write {\"instances\": {\"1\": 0}}, instance to class")
            }
        }
        if let instances, let problem = LabelCheck.problem(instances: instances, classes: task.info.labels, json) {
            found.problems.append(problem)
        }
        found.collect { found in
            let url = try task.labelFile(of: id, split)
            let geometry: Geometry
            if depth == .full {
                try ImageFile.verify(url)
                let image = try ImageFile.readLabels(url)
                geometry = image.geometry
                if let instances, let problem = LabelCheck.problem(map: image.volume, instances: instances, url, json) {
                    found.problems.append(problem)
                }
            } else {
                geometry = try ImageFile.readGeometry(url)
            }
            if let grid, let problem = GridCheck.problem(geometry, grid.geometry, url, grid.url) { found.problems.append(problem) }
        }
    }

    fileprivate static func problem(_ error: any Error) -> Problem { error as? Problem ?? Problem("check", "\(error)") }
}

/// Problems gathered on the way; what throws ends only its own part.
private struct Findings {
    var problems: [Problem] = []

    @discardableResult
    mutating func collect<Value>(_ body: (inout Findings) throws -> Value) -> Value? {
        do { return try body(&self) } catch {
            problems.append(DataCheck.problem(error))
            return nil
        }
    }
}
