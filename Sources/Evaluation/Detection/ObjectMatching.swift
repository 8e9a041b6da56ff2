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
    ///   - crowds: objects that stand for many and are found by every detection that lies in them.
    package init(detections: [Box], objects: [Box], ignored: [Bool]? = nil, crowds: [Bool]? = nil, thresholds: [Double]) {
        let order: [Int]
        if let ignored {
            order = objects.indices.filter { !ignored[$0] } + objects.indices.filter { ignored[$0] }
        } else {
            order = Array(objects.indices)
        }
        objectOrder = order
        detectionHits = [UInt32](repeating: 0, count: detections.count)
        detectionIgnored = detectionHits
        objectHits = [UInt32](repeating: 0, count: order.count)
        guard !order.isEmpty, let lowest = thresholds.min() else { return }
        var overlaps = [Double](repeating: 0, count: order.count)
        for detection in detections.indices {
            var largest = 0.0
            for (place, object) in order.enumerated() {
                overlaps[place] =
                    crowds?[object] ?? false
                    ? detections[detection].preciseShare(within: objects[object])
                    : detections[detection].preciseIntersectionOverUnion(objects[object])
                largest = max(largest, overlaps[place])
            }
            guard largest >= min(lowest, 1 - 1e-10) else { continue }
            for (place, threshold) in thresholds.enumerated() {
                let bit = UInt32(1) << UInt32(place)
                var needed = min(threshold, 1 - 1e-10)
                guard largest >= needed else { continue }
                var best: Int?
                for (object, overlap) in overlaps.enumerated() {
                    if objectHits[object] & bit != 0, !(crowds?[order[object]] ?? false) { continue }
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
        let shared = preciseIntersection(other)
        let union = preciseVolume + other.preciseVolume - shared
        return union > 0 ? shared / union : 0
    }

    /// The part of this box that lies within `other`, 0…1.
    func preciseShare(within other: Box) -> Double {
        let volume = preciseVolume
        return volume > 0 ? preciseIntersection(other) / volume : 0
    }

    /// Product of the side lengths in double precision.
    package var preciseVolume: Double { Self.product(lower, upper) }

    private func preciseIntersection(_ other: Box) -> Double {
        Self.product(
            SIMD3(max(lower.x, other.lower.x), max(lower.y, other.lower.y), max(lower.z, other.lower.z)),
            SIMD3(min(upper.x, other.upper.x), min(upper.y, other.upper.y), min(upper.z, other.upper.z)))
    }

    private static func product(_ lower: SIMD3<Float>, _ upper: SIMD3<Float>) -> Double {
        let x = Double(upper.x) - Double(lower.x)
        let y = Double(upper.y) - Double(lower.y)
        let z = Double(upper.z) - Double(lower.z)
        return x > 0 && y > 0 && z > 0 ? x * y * z : 0
    }
}
