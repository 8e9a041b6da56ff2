import Boxes

/// Assigns the detections of one class in one image to its objects as COCO does, at several IoU thresholds at once (spec 09).
package struct ObjectMatching {
    /// Per detection: bit t is set where it found an object at threshold t.
    package private(set) var detectionHits: [UInt32]
    /// Per detection: bit t is set where the object it found at threshold t is to be ignored.
    package private(set) var detectionIgnored: [UInt32]
    /// Per object, those to be ignored last: bit t is set where a detection found it at threshold t.
    package private(set) var objectHits: [UInt32]
    /// Objects in the order of `objectHits`.
    package let objectOrder: [Int]

    /// - Parameters:
    ///   - detections: boxes by falling score; the first to reach an object's threshold takes the object it overlaps most (of equal ones the last).
    ///   - ignored: objects that count neither as found nor as missed.
    package init(detections: [Box], objects: [Box], ignored: [Bool]? = nil, thresholds: [Double]) {
        let order = objects.indices.filter { !(ignored?[$0] ?? false) } + objects.indices.filter { ignored?[$0] ?? false }
        let overlaps = detections.map { detection in order.map { detection.preciseIntersectionOverUnion(objects[$0]) } }
        objectOrder = order
        detectionHits = [UInt32](repeating: 0, count: detections.count)
        detectionIgnored = detectionHits
        objectHits = [UInt32](repeating: 0, count: order.count)
        guard !order.isEmpty else { return }
        for (place, threshold) in thresholds.enumerated() {
            let bit = UInt32(1) << UInt32(place)
            for detection in detections.indices {
                var needed = min(threshold, 1 - 1e-10)
                var best: Int?
                for (object, overlap) in overlaps[detection].enumerated() where objectHits[object] & bit == 0 {
                    if let best, let ignored, !ignored[order[best]], ignored[order[object]] { break }
                    guard overlap >= needed else { continue }
                    needed = overlap
                    best = object
                }
                guard let best else { continue }
                detectionHits[detection] |= bit
                objectHits[best] |= bit
                if ignored?[order[best]] ?? false { detectionIgnored[detection] |= bit }
            }
        }
    }
}

extension Box {
    /// IoU in double precision, as published scores are computed; 0 for two boxes without volume.
    package func preciseIntersectionOverUnion(_ other: Box) -> Double {
        func sides(_ lower: SIMD3<Float>, _ upper: SIMD3<Float>) -> Double {
            let x = Double(upper.x) - Double(lower.x)
            let y = Double(upper.y) - Double(lower.y)
            let z = Double(upper.z) - Double(lower.z)
            return x > 0 && y > 0 && z > 0 ? x * y * z : 0
        }
        let shared = sides(
            SIMD3(max(lower.x, other.lower.x), max(lower.y, other.lower.y), max(lower.z, other.lower.z)),
            SIMD3(min(upper.x, other.upper.x), min(upper.y, other.upper.y), min(upper.z, other.upper.z)))
        let union = sides(lower, upper) + sides(other.lower, other.upper) - shared
        return union > 0 ? shared / union : 0
    }
}
