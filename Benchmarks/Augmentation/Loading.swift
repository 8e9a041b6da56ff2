import Augmentation
import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// Reading patches from files beside `pread` of the same rows, from warm and cold caches; batches with one and two threads; how long a
/// consumer waits.
struct Loading {
    let patch: Int
    private let shape = SIMD3(320, 320, 320)
    private let caseCount = 2

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nndet-loading-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for index in 0..<caseCount { try makeCase("case_\(index)", in: folder, seed: UInt64(index)) }
        _ = try Unpacked.run(folder)
        let ids = try PreprocessedCase.ids(in: folder)
        try bandwidth(ids[0], folder)
        try coldPages(ids[0], folder)
        try threads(ids.map { try PreprocessedCase($0, in: folder) })
    }

    private func makeCase(_ id: String, in folder: URL, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = shape.x * shape.y * shape.z
        var labels = Volume<Int32>(shape: shape, filledWith: 0)
        var candidates = Candidates()
        for object in 1...8 {
            let corner = SIMD3((0..<3).map { _ in generator.integer(in: 10..<shape.x - 40) })
            let end = corner &+ 19
            for i in corner.x...end.x { for j in corner.y...end.y { for k in corner.z...end.z { labels[i, j, k] = Int32(object) } } }
            candidates.boxes.append([corner.x - 1, corner.y - 1, end.x + 1, end.y + 1, corner.z - 1, end.z + 1])
            candidates.instances.append(object)
            candidates.labels.append(0)
        }
        var voxels = [Float](repeating: 0, count: count)
        for index in 0..<count { voxels[index] = Float(generator.uniform(-1, 1)) + (labels.voxels[index] > 0 ? 3 : 0) }
        let size = [shape.x, shape.y, shape.z]
        try NPZ.write(
            ["data": NPYArray(voxels, shape: [1] + size), "seg": NPYArray(labels.voxels, shape: [1] + size)],
            to: folder.appendingPathComponent("\(id).npz"), compressed: false)
        var properties = CaseProperties(
            caseID: id, geometry: Geometry(size: shape, spacing: .one), cropLower: .zero, cropUpper: shape,
            instances: Dictionary(uniqueKeysWithValues: (1...8).map { ($0, 0) }))
        properties.sizeAfterResampling = shape
        try JSONFile.write(properties, to: folder.appendingPathComponent("\(id).json"))
        try JSONFile.write(candidates, to: folder.appendingPathComponent("\(id)_boxes.json"))
    }

    /// The images of patches at random places, all in the page cache.
    private func bandwidth(_ id: String, _ folder: URL) throws {
        let file = folder.appendingPathComponent("\(id).npy")
        let size = SIMD3(patch, patch, patch)
        let target = UnsafeMutablePointer<Float>.allocate(capacity: patch * patch * patch)
        defer { target.deallocate() }
        target.initialize(repeating: 0, count: patch * patch * patch)
        let descriptor = open(file.path, O_RDONLY)
        defer { close(descriptor) }
        let mapped = try MappedFile(file)
        let header = try withExtendedLifetime(mapped) { try NPYHeader(mapped.bytes, named: file.path).offset }
        let bytes = Double(patch * patch * patch * 4)
        var generator = SeededGenerator(seed: 5)
        var rates: [[Double]] = [[], [], []]
        let opened = try PreprocessedCase(id, in: folder)
        for _ in 0..<25 {
            let origin = SIMD3((0..<3).map { _ in generator.integer(in: 0..<shape.x - patch) })
            rates[0].append(
                bytes
                    / wallSeconds {
                        for i in 0..<patch {
                            for j in 0..<patch {
                                let row = ((origin.x + i) * shape.y + origin.y + j) * shape.z + origin.z
                                pread(descriptor, target + (i * patch + j) * patch, patch * 4, off_t(header + row * 4))
                            }
                        }
                    })
            // As a run meets a place for the first time, and as it does later.
            for (index, patient) in [try PreprocessedCase(id, in: folder), opened].enumerated() {
                rates[index + 1].append(
                    bytes / wallSeconds { patient.withPatch(origin: origin, size: size) { $0.images[0].copy(size: size, to: target) } })
            }
        }
        let gigabytes = rates.map { text(median($0) / 1e9, 2) }
        let ratios = rates[1...].map { text(100 * median(zip($0, rates[0]).map { $0 / $1 }), 0) }
        print(
            "reading \(patch)³ from a warm cache: pread \(gigabytes[0]) GB/s, newly mapped \(gigabytes[1]) GB/s (\(ratios[0]) %), "
                + "mapped \(gigabytes[2]) GB/s (\(ratios[1]) %)")
    }

    /// Pages that come into the cache when one patch is read, against those that it lies on.
    private func coldPages(_ id: String, _ folder: URL) throws {
        let file = folder.appendingPathComponent("\(id).npy")
        let size = SIMD3(patch, patch, patch)
        let page = sysconf(Int32(_SC_PAGESIZE))
        let patient = try PreprocessedCase(id, in: folder)
        let mapped = try MappedFile(file)
        let header = try NPYHeader(mapped.bytes, named: file.path).offset
        let origin = SIMD3(37, 81, 53)
        let descriptor = open(file.path, O_RDONLY)
        defer { close(descriptor) }
        fsync(descriptor)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        func resident() -> Int {
            var pages = [UInt8](repeating: 0, count: (mapped.bytes.count + page - 1) / page)
            mincore(UnsafeMutableRawPointer(mutating: mapped.bytes.baseAddress), mapped.bytes.count, &pages)
            return pages.reduce(0) { $0 + Int($1 & 1) }
        }
        var touched: Set<Int> = []
        for i in 0..<patch {
            for j in 0..<patch {
                let first = header + 4 * (((origin.x + i) * shape.y + origin.y + j) * shape.z + origin.z)
                for index in first / page...(first + patch * 4 - 1) / page { touched.insert(index) }
            }
        }
        var target = [Float](repeating: 0, count: patch * patch * patch)
        let before = resident()
        let seconds = wallSeconds { patient.withPatch(origin: origin, size: size) { $0.images[0].copy(size: size, to: &target) } }
        print(
            "reading \(patch)³ from a cold cache: \(resident() - before) pages read (\(before) were there), the patch lies on "
                + "\(touched.count) of \(mapped.bytes.count / page); \(text(seconds * 1000, 0)) ms")
    }

    private func threads(_ cases: [PreprocessedCase]) throws {
        let pipeline = try PatchRate.pipeline(size: patch, ["augmentation=base_more"])
        let source = try PatchSource(cases: cases, pipeline: pipeline, batchSize: 4, seed: 0)
        let count = 16
        // The same batches, from the first request to the last one, by one and by two threads.
        var (wall, processor): ([[Double]], [[Double]]) = ([[], []], [[], []])
        for _ in 0..<5 {
            for threads in [1, 2] {
                let loader = BatchLoader(source: source, threads: threads, count: count, capacity: count)
                var elapsed = 0.0
                processor[threads - 1].append(
                    try processSeconds { elapsed = try wallSeconds { for _ in 0..<count { _ = try loader.next() } } })
                wall[threads - 1].append(elapsed)
            }
        }
        let faster = zip(wall[0], wall[1]).map { $0 / $1 }
        // Two threads that got in each other's way would need more processor time for the same batches.
        let costs = zip(processor[0], processor[1]).map { 2 * $0 / $1 }
        print(
            "batches of 4 × \(patch)³, base_more cubic: \(text(median(processor[0]) / Double(count), 3)) s of processor time each; two threads "
                + "\(text(faster.max() ?? 0, 2))× by the clock at best (median \(text(median(faster), 2))×), \(text(median(costs), 2))× by "
                + "processor time")
        // A consumer that takes its time, as a training step does.
        let loader = BatchLoader(source: source, threads: 2, count: 6)
        _ = try loader.next()
        let step = 5.0
        var waiting = 0.0
        for _ in 1..<6 {
            Thread.sleep(forTimeInterval: step)
            waiting += try wallSeconds { _ = try loader.next() }
        }
        print("waiting behind steps of \(text(step, 0)) s: \(text(100 * waiting / (waiting + 5 * step), 3)) % of the time")
    }
}
