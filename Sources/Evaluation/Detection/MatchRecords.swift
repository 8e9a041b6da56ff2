/// What matching found in a set of cases: every score of these cases, and of any selection of them, follows from it.
///
/// Written beside the scores, so that two evaluations of the same cases can be compared without the predictions.
public struct MatchRecords: Sendable, Equatable {
    /// IoU thresholds, ascending; bit t of `hits` is about the t-th.
    public let thresholds: [Double]
    /// Detections of a class and case that count, at most.
    public let maxDetections: Int
    public let classes: Int
    public package(set) var caseIDs: [String] = []
    /// Per detection, case after case, in each class after class by falling score.
    var scores: [Float] = []
    var labels: [Int32] = []
    /// Place of its case in `caseIDs`.
    var cases: [Int32] = []
    var hits: [UInt32] = []
    /// Bit t is set where the detection does not count at threshold t; empty where all count.
    var ignored: [UInt32] = []
    /// Objects by case and class, `[cases × classes]`.
    var objects: [Int32] = []

    init(thresholds: [Double], maxDetections: Int, classes: Int) {
        self.thresholds = thresholds
        self.maxDetections = maxDetections
        self.classes = classes
    }

    mutating func add(_ id: String, _ matches: CaseMatches) {
        cases += [Int32](repeating: Int32(caseIDs.count), count: matches.scores.count)
        caseIDs.append(id)
        scores += matches.scores
        labels += matches.labels
        hits += matches.hits
        ignored += matches.ignored
        objects += matches.objects
    }

    /// Annotated objects of each class in case `index`.
    func objects(inCase index: Int) -> ArraySlice<Int32> { objects[index * classes..<(index + 1) * classes] }

    /// Objects of each class in all cases.
    var objectsPerClass: [Int] { (0..<classes).map { label in caseIDs.indices.reduce(0) { $0 + Int(objects[$1 * classes + label]) } } }

    /// Detections of each class that count.
    var detectionsPerClass: [Int] {
        var counts = [Int](repeating: 0, count: classes)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }
}
