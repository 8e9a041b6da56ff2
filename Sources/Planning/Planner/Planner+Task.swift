import Core
import Support

extension Planner {
    /// The plans for the task that `info` describes.
    ///
    /// - Throws: `Problem` when the fingerprint was measured for another description of the task, and as `plan(fingerprint:seed:events:)`.
    public func plan(
        fingerprint: Fingerprint, info: DatasetInfo, seed: UInt64 = 0, events: (Event) -> Void = { _ in }
    ) throws -> [Plan] {
        func names(_ values: [Int: String]) -> [String] { values.sorted { $0.key < $1.key }.map(\.value) }
        let remedy = "measure the data set again"
        guard names(fingerprint.modalities) == info.modalities else {
            throw Problem(info.task, "has modalities \(info.modalities), its fingerprint \(names(fingerprint.modalities))", remedy: remedy)
        }
        guard names(fingerprint.classNames) == info.labels, fingerprint.dim == info.dim else {
            throw Problem(
                info.task,
                "has classes \(info.labels) in \(info.dim)D, its fingerprint \(names(fingerprint.classNames)) in "
                    + "\(fingerprint.dim)D", remedy: remedy)
        }
        return try plan(fingerprint: fingerprint, seed: seed, events: events)
    }
}

extension FingerprintExtractor {
    /// An extractor for the task that `info` describes.
    public init(info: DatasetInfo) { self.init(dim: info.dim, classes: info.labels, modalities: info.modalities) }
}
