import Boxes
import Core
import Inference
import Support
import Testing

@Suite struct BoxEnsemblerTests {
    private func member(
        _ found: [(Box, Float)], labels: [Int]? = nil, weights: [Float]? = nil, model: Int = 0, transform: Int = 0
    ) -> RawPredictions.Member {
        RawPredictions.Member(
            model: model, transform: transform,
            detections: Detections(boxes: found.map(\.0), scores: found.map(\.1), labels: labels ?? found.map { _ in 0 }),
            weights: weights ?? found.map { _ in 1 }, tiles: found.map { _ in 0 })
    }

    private func cube(_ corner: Float, side: Float = 10) -> Box {
        Box(lower: SIMD3(repeating: corner), upper: SIMD3(repeating: corner + side))
    }

    private let shape = SIMD3(repeating: 100)

    @Test func clustersOfSeveralModels() {
        // The vector of spec 08 through the whole ensembler: four members, one without boxes; plain suppression keeps the weights.
        let raw = RawPredictions(
            shape: shape,
            members: [
                member([(cube(0), 0.9)]), member([(cube(1), 0.6)], weights: [0.8]), member([(cube(20), 0.5)]), member([]),
            ])
        let result = BoxEnsembler(parameters: InferenceParameters(modelSuppression: .plain, ensembleIoU: 0.1)).detections(raw)
        #expect(result.count == 2)
        #expect(abs(result.scores[0] - 0.4028) < 1e-4 && abs(result.scores[1] - 0.125) < 1e-4)
        for value in result.boxes[0].flat().enumerated() {
            #expect(abs(value.element - ([0, 1, 4].contains(value.offset) ? 0.2342 : 10.2342)) < 1e-4)
        }
        #expect(result.boxes[1] == cube(20))
    }

    @Test func weightedSuppressionRanksByWeightAndPlainByScore() {
        let raw = RawPredictions(shape: shape, members: [member([(cube(0), 0.9), (cube(1), 0.8)], weights: [0.5, 1])])
        func kept(_ suppression: InferenceParameters.ModelSuppression) -> [Box] {
            BoxEnsembler(parameters: InferenceParameters(modelSuppression: suppression)).detections(raw).boxes
        }
        #expect(kept(.weighted) == [cube(1)])
        #expect(kept(.plain) == [cube(0)])
    }

    @Test func everyParameterActs() {
        let found = [(cube(-4), Float(0.9)), (cube(20, side: 3), 0.6), (cube(40), 0.5), (cube(60), 0.05), (cube(97, side: 9), 0.04)]
        let raw = RawPredictions(shape: shape, members: [member(found)])
        func scores(_ parameters: InferenceParameters) -> [Float] {
            BoxEnsembler(parameters: parameters).detections(raw).scores.map { ($0 * 1000).rounded() / 1000 }
        }
        #expect(scores(InferenceParameters()) == [0.9, 0.6, 0.5, 0.05, 0.04])
        #expect(scores(InferenceParameters(modelScoreThreshold: 0.05)) == [0.9, 0.6, 0.5])
        #expect(scores(InferenceParameters(modelTopK: 2)) == [0.9, 0.6])
        #expect(scores(InferenceParameters(modelDetectionsPerImage: 1)) == [0.9])
        #expect(scores(InferenceParameters(ensembleTopK: 3)) == [0.9, 0.6, 0.5])
        #expect(scores(InferenceParameters(ensembleScoreThreshold: 0.55)) == [0.9, 0.6])
        // Small is judged after clipping: the first box has sides of 7, the last of 3.
        #expect(scores(InferenceParameters(removeSmallBoxes: 4)) == [0.9, 0.5, 0.05])
        #expect(scores(InferenceParameters(removeSmallBoxes: 8)) == [0.5, 0.05])
        for (isReference, first) in [(false, -1), (true, 0)] as [(Bool, Float)] {
            let box = BoxEnsembler(referenceBehaviour: isReference).detections(raw).boxes[0]
            for (mine, wanted) in zip(box.flat(), [first, first, 6, 6, first, 6]) { #expect(abs(mine - wanted) < 1e-5) }
        }
    }

    @Test func classesDoNotSuppressEachOther() {
        let raw = RawPredictions(shape: shape, members: [member([(cube(0), 0.3), (cube(0), 0.9), (cube(1), 0.5)], labels: [1, 0, 1])])
        let result = BoxEnsembler().detections(raw)
        #expect(result.labels == [0, 1] && result.scores == [0.9, 0.5] && result.boxes == [cube(0), cube(1)])
    }

    @Test func resultFallsInScore() {
        // Clustering goes class by class; the score of a cluster that one of two members sees is halved.
        let raw = RawPredictions(
            shape: shape,
            members: [member([(cube(0), 0.5), (cube(50), 0.7)], labels: [0, 1]), member([(cube(50), 0.6)], labels: [1])])
        let result = BoxEnsembler().detections(raw)
        #expect(result.labels == [1, 0] && result.scores == result.scores.sorted(by: >))
        #expect(result.scores[1] == 0.25)
        // The original goes by class, then by the best box of each cluster.
        let original = BoxEnsembler(referenceBehaviour: true).detections(raw)
        #expect(original.labels == [0, 1] && original.scores == [0.25, result.scores[0]])
    }

    @Test func originalOrdersClustersByTheirBestBox() {
        // The first cluster has the best box and, as only one member of three sees it, the lower score.
        let raw = RawPredictions(
            shape: shape, members: [member([(cube(0), 0.9)]), member([(cube(50), 0.6)], model: 1), member([(cube(50), 0.6)], model: 2)])
        func corners(_ isReference: Bool) -> [Float] {
            BoxEnsembler(referenceBehaviour: isReference).detections(raw).boxes.map { $0.lower.x.rounded() }
        }
        #expect(corners(false) == [50, 0] && corners(true) == [0, 50])
    }

    @Test func oneModelWithoutOverlapKeepsItsBoxes() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<20 {
            var found: [(Box, Float)] = []
            for cell in 0..<64 where random.chance(0.5) {
                let corner = SIMD3<Float>(SIMD3(cell / 16, cell / 4 % 4, cell % 4)) * 25 + Float(random.uniform(0, 5))
                found.append((Box(lower: corner, upper: corner + Float(random.uniform(2, 15))), Float(random.uniform(0.01, 1))))
            }
            let weights = found.map { _ in Float(random.uniform(0.5, 1)) }
            for suppression in InferenceParameters.ModelSuppression.allCases {
                let result = BoxEnsembler(parameters: InferenceParameters(modelSuppression: suppression)).detections(
                    RawPredictions(shape: shape, members: [member(found, weights: weights)]))
                let expected = found.sorted { $0.1 > $1.1 }
                #expect(result.count == expected.count)
                for (index, wanted) in expected.enumerated() {
                    #expect(abs(result.scores[index] - wanted.1) < 1e-6)
                    for (mine, theirs) in zip(result.boxes[index].flat(), wanted.0.flat()) { #expect(abs(mine - theirs) < 1e-3) }
                }
            }
        }
    }

    @Test func stoppingEarlyChangesNothing() {
        var random = SeededGenerator(seed: 9)
        let boxes = (0..<200).map { _ in cube(Float(random.uniform(0, 40))) }
        let scores = boxes.map { _ in Float(random.integer(in: 0..<20)) / 20 }
        let labels = boxes.map { _ in random.integer(in: 0..<3) }
        let all = nonMaximumSuppression(boxes, scores: scores, labels: labels, threshold: 0.4)
        for limit in [0, 1, 2, 5, all.count, 1000] {
            let first = nonMaximumSuppression(boxes, scores: scores, labels: labels, threshold: 0.4, limit: limit)
            #expect(first == Array(all.prefix(limit)))
        }
    }

    @Test func planes() {
        func square(_ corner: Float) -> Box { Box(lower: SIMD3(corner, corner, 0), upper: SIMD3(corner + 8, corner + 8, 1)) }
        let found = member([(square(5), 0.9), (square(6), 0.8), (square(40), 0.4)])
        let raw = RawPredictions(shape: SIMD3(100, 100, 1), dimension: 2, members: [found])
        #expect(BoxEnsembler(parameters: InferenceParameters(removeSmallBoxes: 7)).detections(raw).boxes == [square(5), square(40)])
    }

    @Test func nothingGivesNothing() {
        #expect(BoxEnsembler().detections(RawPredictions(shape: shape)).isEmpty)
        #expect(BoxEnsembler().detections(RawPredictions(shape: shape, members: [member([])])).isEmpty)
    }

    @Test func largeCaseIsFast() {
        // 125 tiles of 100 boxes under 8 mirrorings, as they come without truncation.
        var random = SeededGenerator(seed: 1)
        let members = (0..<8).map { transform in
            let found = (0..<12500).map { _ in
                let corner = SIMD3((0..<3).map { _ in Float(random.uniform(0, 180)) })
                return (Box(lower: corner, upper: corner + Float(random.uniform(3, 20))), Float(random.uniform()))
            }
            return member(found, labels: found.map { _ in random.integer(in: 0..<2) }, transform: transform)
        }
        let raw = RawPredictions(shape: SIMD3(repeating: 200), members: members)
        var count = 0
        let time = ContinuousClock().measure { count = BoxEnsembler().detections(raw).count }
        print("ensembling 8 × 12500 boxes: \(time)")
        #expect(count > 100)
        #expect(time < .seconds(1))
    }

    /// Two members see one object: clustering joins their boxes, suppression keeps one of them.
    @Test func waysOfJoining() {
        let boxes = [Box(lower: SIMD3(0, 0, 0), upper: SIMD3(10, 10, 10)), Box(lower: SIMD3(1, 0, 0), upper: SIMD3(11, 10, 10))]
        var raw = RawPredictions(shape: SIMD3(30, 30, 30))
        for (index, score) in [Float(0.9), 0.8].enumerated() {
            raw.members.append(
                RawPredictions.Member(
                    model: index, transform: 0, detections: Detections(boxes: [boxes[index]], scores: [score], labels: [0]),
                    weights: [index == 0 ? 0.5 : 1], tiles: [0]))
        }
        func joined(_ ensembling: InferenceParameters.Ensembling, overlap: Double = 0.5) -> Detections {
            BoxEnsembler(
                parameters: InferenceParameters(modelSuppression: .plain, ensembleIoU: overlap, ensembling: ensembling)
            ).detections(raw)
        }
        #expect(joined(.plainSuppression).boxes == [boxes[0]] && joined(.plainSuppression).scores == [0.9])
        // 0.9 · 0.5 is less than 0.8 · 1.
        #expect(joined(.weightedSuppression).boxes == [boxes[1]] && joined(.weightedSuppression).scores == [0.8])
        let clustered = joined(.weightedClustering)
        #expect(clustered.count == 1 && clustered.boxes[0].lower.x > 0 && clustered.boxes[0].lower.x < 1)
        #expect(joined(.plainSuppression, overlap: 0.95).scores == [0.9, 0.8])
    }
}
