import Core
import Foundation
import Imaging
import Support

/// Checks the raw cases of a task before anything is made of them (spec 01).
///
/// The basic check looks at names, headers and label files; the full check reads every voxel too. Both go through all cases and collect
/// everything that they find.
public struct DataCheck: Sendable {
    public enum Depth: Sendable { case basic, full }

    public let task: TaskFolder
    public let depth: Depth
    /// Cases at a time, at most; the full check takes fewer where memory is short.
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
            first.subject, first.problem + " (the first of \(problems.count) problems; all are in the table and in the log)",
            remedy: first.remedy)
    }

    /// All problems of the cases of `split`, in the order of the cases.
    ///
    /// - Parameters:
    ///   - split: training or test cases.
    ///   - labels: whether label files are expected.
    ///   - progress: told of every case that is through; nil shows nothing.
    public func problems(_ split: TaskFolder.Split, labels: Bool = true, progress: ProgressReporter? = nil) -> [Problem] {
        findings(split, labels: labels, progress: progress).map(\.problem)
    }

    /// The same with the cases that they concern.
    public func findings(_ split: TaskFolder.Split, labels: Bool = true, progress: ProgressReporter? = nil) -> [Finding] {
        let listing = task.imageListing(split)
        let ids = listing.ids
        var found = (listing.problems + listing.duplicates).map { Finding($0) }
        if ids.isEmpty, found.isEmpty {
            found.append(
                Finding(Problem(task.images(split), "holds no images", remedy: "put the images there as <case>_0000.nii.gz, …")))
        }
        found += nameClashes(ids, split)
        if labels { found += task.duplicateLabels(split).map { Finding($0) } }
        let gate = MemoryGate()
        do {
            let perCase = try parallelMap(ids.count, threads: threads) { index in
                defer { progress?.advance(note: ids[index]) }
                return gate.run(needing: memory(ids[index], split)) { problems(of: ids[index], split, labels: labels) }
                    .map { Finding(caseID: ids[index], $0) }
            }
            found += perCase.flatMap { $0 }
        } catch { found.append(Finding(Self.problem(error))) }
        return found
    }

    /// Bytes that the full check of a case takes at most: one image or map, and what reading it needs beside.
    private func memory(_ id: String, _ split: TaskFolder.Split) -> Int {
        guard depth == .full, let file = try? task.imageFile(of: id, modality: 0, split), let size = try? task.reader.geometry(file).size
        else { return 0 }
        return 16 * size.x * size.y * size.z
    }

    /// Cases of which the files would overwrite those made for another one.
    private func nameClashes(_ ids: [String], _ split: TaskFolder.Split) -> [Finding] {
        let known = Set(ids)
        return ids.compactMap { id in
            for suffix in ["_seg", "_boxes", "_unpacked"] where id.hasSuffix(suffix) && known.contains(String(id.dropLast(suffix.count))) {
                return Finding(
                    caseID: id,
                    Problem(
                        task.images(split).appendingPathComponent("\(id)_0000"),
                        "case \(id) has the name of a file that is made for case \(id.dropLast(suffix.count))", remedy: "rename one of them"
                    ))
            }
            return nil
        }
    }

    /// The problems of one case, each file that can be looked at being looked at.
    public func problems(of id: String, _ split: TaskFolder.Split, labels: Bool = true) -> [Problem] {
        var found = Findings()
        var grid: (geometry: Geometry, url: URL)?
        var constants: [(url: URL, value: Float)] = []
        for modality in task.info.modalities.indices {
            found.collect { found in
                let url = try task.imageFile(of: id, modality: modality, split)
                // Grids are compared even where the voxels are of no use.
                found.compare(try task.reader.geometry(url), url, to: &grid)
                guard depth == .full else { return }
                let decoded = try task.reader.decode(url)
                if decoded.isConstant { constants.append((url, decoded.minimum)) }
            }
        }
        if constants.count == task.info.modalities.count, let (url, value) = constants.first {
            found.problems.append(GridCheck.constant(url, value))
        }
        if labels { checkLabels(of: id, split, &grid, &found) }
        return found.problems
    }

    private func checkLabels(
        of id: String, _ split: TaskFolder.Split, _ grid: inout (geometry: Geometry, url: URL)?, _ found: inout Findings
    ) {
        let json = task.labelJSON(of: id, split)
        let instances: [Int: Int]? =
            found.collect { found in
                guard FileManager.default.fileExists(atPath: json.path) else {
                    throw Problem(
                        json, "case \(id) has no file that gives the classes of its instances",
                        remedy: "write {\"instances\": {\"1\": 0}}, or {\"instances\": {}} where there is no object")
                }
                do {
                    let (labels, problems) = try CaseLabels.readAll(json)
                    found.problems += problems
                    found.problems += LabelCheck.problems(
                        instances: labels.instances, classes: task.info.labels, isWhole: problems.isEmpty, json)
                    // What is listed in part cannot be compared with the map.
                    return problems.isEmpty ? labels.instances : nil
                } catch let problem as Problem {
                    throw Problem(
                        problem.subject, problem.problem, remedy: problem.remedy ?? "write {\"instances\": {\"1\": 0}}, instance to class")
                }
            } ?? nil
        var reference = grid
        found.collect { found in
            let url = try task.labelFile(of: id, split)
            let geometry: Geometry
            if depth == .full {
                let (image, notFinite) = try task.reader.readRawLabels(url)
                geometry = image.geometry
                found.problems += LabelCheck.problems(values: image.volume, notFinite: notFinite, instances: instances, url, json)
            } else {
                geometry = try task.reader.geometry(url)
            }
            found.compare(geometry, url, to: &reference)
        }
        grid = reference
    }

    fileprivate static func problem(_ error: any Error) -> Problem { error as? Problem ?? Problem("check", "\(error)") }
}

/// Problems gathered on the way; what throws ends only its own part.
private struct Findings {
    var problems: [Problem] = []

    @discardableResult
    mutating func collect<Value>(_ body: (inout Findings) throws -> Value) -> Value? {
        do { return try body(&self) } catch {
            let problem = DataCheck.problem(error)
            problems.append(Problem(problem.subject, problem.problem, remedy: problem.remedy ?? "export the file again or remove the case"))
            return nil
        }
    }

    /// Compares a grid with the first one of the case, which it becomes where there is none.
    mutating func compare(_ geometry: Geometry, _ url: URL, to grid: inout (geometry: Geometry, url: URL)?) {
        if geometry.isPlanar {
            problems.append(
                Problem(url, "is a 2D image, the data set has 'dim: 3'", remedy: "give a 3D image; 2D tasks are not yet supported"))
            return
        }
        let reference = grid ?? (geometry, url)
        grid = reference
        if let problem = GridCheck.problem(geometry, reference.geometry, url, reference.url) { problems.append(problem) }
    }
}
