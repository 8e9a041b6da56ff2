import Boxes
import Core
import Foundation
import Support

/// Finds inference parameters on predictions of cases with annotations, one parameter after another (spec 08).
///
/// Every value of a parameter is applied to all cases and scored; the highest score wins, a score that is not a number never does, and the
/// next parameter goes on from there. A value gives way only to a better one: few validation cases often cannot tell values apart, and the
/// first of the list, which the original then takes (`referenceBehaviour`), is an extreme one. With a folder each step is written there as soon as it is done,
/// and a step that is already there for the same cases, metric and parameters is not done again.
public struct ParameterSweep: Sendable {
    /// Scores the detections of all cases against their annotations, in the same order; called from several threads.
    public typealias Evaluation = @Sendable (_ detections: [Detections], _ truths: [GroundTruth]) throws -> [String: Double]

    /// Key of the score that decides.
    public var metric: String
    /// Where the sweep starts.
    public var start: InferenceParameters
    public var threads: Int
    public var referenceBehaviour: Bool

    public init(
        metric: String = "mAP_IoU_0.10_0.50_0.05_MaxDet_100", start: InferenceParameters = InferenceParameters(),
        threads: Int = processorCount, referenceBehaviour: Bool = false
    ) {
        self.referenceBehaviour = referenceBehaviour
        self.metric = metric
        self.start = start
        self.threads = threads
    }

    /// Sweeps all parameters.
    ///
    /// - Parameters:
    ///   - cases: the validation cases with their raw predictions, at least one.
    ///   - folder: where `sweep_<parameter>.json` are written and looked for; nil writes nothing.
    ///   - progress: called from any thread whenever a case is through a step, with the number of these and of all there will be.
    ///   - evaluate: scores the detections of all cases; `metric` is one of its keys.
    /// - Returns: the parameters found and the steps in their order.
    /// - Throws: `Problem` when there is no case or no score of the name `metric`; what reading and evaluating throw.
    public func run(
        _ cases: [SweepCase], folder: URL? = nil, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in },
        evaluate: @escaping Evaluation
    ) throws -> (parameters: InferenceParameters, steps: [SweepStep]) {
        guard !cases.isEmpty else { throw Problem("sweep", "there are no cases to sweep over") }
        let counter = Counter(total: cases.count * SweepParameter.allCases.count, progress)
        let inputs = folder == nil ? "" : try contentKey(cases)
        var state = start
        var steps: [SweepStep] = []
        for parameter in SweepParameter.allCases {
            let file = folder?.appendingPathComponent(SweepStep.fileName(parameter))
            if let step = finished(parameter, state, inputs, file) {
                counter.add(cases.count)
                steps.append(step)
            } else {
                let trials = try trials(parameter, state, cases, counter, evaluate)
                let step = SweepStep(
                    parameter: parameter, metric: metric, state: state, trials: trials, inputs: inputs, firstOfEquals: referenceBehaviour)
                if let file { try JSONFile.write(step, to: file) }
                steps.append(step)
            }
            state = steps.last?.result ?? state
        }
        return (state, steps)
    }

    private func trials(
        _ parameter: SweepParameter, _ state: InferenceParameters, _ cases: [SweepCase], _ counter: Counter,
        _ evaluate: @escaping Evaluation
    ) throws -> [SweepStep.Trial] {
        let values = parameter.grid
        let variants = values.map { value in
            var variant = state
            parameter.set(value, in: &variant)
            return variant
        }
        let referenceBehaviour = referenceBehaviour
        let found = try parallelMap(cases.count, threads: threads) { index in
            defer { counter.add(1) }
            return BoxEnsembler.detections(try cases[index].predictions(), variants, referenceBehaviour: referenceBehaviour)
        }
        let truths = cases.map(\.truth)
        let metric = metric
        return try parallelMap(values.count, threads: threads) { index in
            let scores = try evaluate(found.map { $0[index] }, truths)
            // Without any object, no score is defined, and parameters stay as they are.
            guard scores[metric] != nil || truths.allSatisfy(\.boxes.isEmpty) else {
                let known = scores.keys.sorted().joined(separator: ", ")
                throw Problem("metric '\(metric)'", "is not among the scores", remedy: "choose one of \(known)")
            }
            return SweepStep.Trial(value: values[index], scores: scores)
        }
    }

    /// The step as an earlier run left it, where that run had the same before it.
    private func finished(_ parameter: SweepParameter, _ state: InferenceParameters, _ inputs: String, _ file: URL?) -> SweepStep? {
        guard let file, let step = try? JSONFile.read(SweepStep.self, from: file) else { return nil }
        let same =
            step.parameter == parameter && step.metric == metric && step.state == state && step.inputs == inputs
            && step.firstOfEquals == referenceBehaviour
            && step.trials.map(\.value) == parameter.grid && step.trials.allSatisfy { $0.scores[metric] != nil }
        return same ? step : nil
    }

    private func contentKey(_ cases: [SweepCase]) throws -> String {
        var key = ContentKey()
        for part in try parallelMap(cases.count, threads: threads, { try cases[$0].contentKey() }) { key.add(part) }
        return key.text
    }
}

/// Counts work that several threads do.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private let total: Int
    private let report: @Sendable (Int, Int) -> Void
    private var done = 0

    init(total: Int, _ report: @escaping @Sendable (Int, Int) -> Void) {
        self.total = total
        self.report = report
    }

    func add(_ count: Int) {
        lock.withLock {
            done += count
            report(done, total)
        }
    }
}
