/// What is known of one class over all images: its detections with their hits, and its objects.
struct ClassRecord: Sendable {
    /// One per detection, image after image.
    var scores: [Float] = []
    /// One per detection: bit t is set where it found an object at threshold t.
    var hits: [UInt32] = []
    var objects = 0

    func isHit(_ detection: Int, _ threshold: Int) -> Bool { hits[detection] >> UInt32(threshold) & 1 == 1 }

    /// The detections and objects of several classes in one.
    static func pooled(_ records: [ClassRecord]) -> ClassRecord {
        ClassRecord(scores: records.flatMap(\.scores), hits: records.flatMap(\.hits), objects: records.reduce(0) { $0 + $1.objects })
    }
}
