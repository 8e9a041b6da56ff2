import Foundation
import Inference
import Support
import Testing

@Suite struct InferenceParametersTests {
    private func decode(_ json: String) throws -> InferenceParameters {
        try JSONFile.decode(InferenceParameters.self, from: Data(json.utf8), named: "plan_inference.json")
    }

    @Test func keysAreTheOriginals() throws {
        let object = try JSONSerialization.jsonObject(with: JSONFile.encode(InferenceParameters())) as? [String: Any]
        #expect(
            Set(object?.keys.map { $0 } ?? []) == [
                "model_iou", "model_nms_fn", "model_score_thresh", "model_topk", "model_detections_per_image", "ensemble_iou",
                "ensemble_nms_fn", "ensemble_topk", "remove_small_boxes", "ensemble_score_thresh",
            ])
        #expect(object?["model_nms_fn"] as? String == "batched_weighted_nms_model")
    }

    @Test func missingKeysTakeDefaultsAndPythonPathsAreUnderstood() throws {
        let parameters = try decode(#"{"model_iou": 0.3, "model_nms_fn": "nndet.inference.detection.model.batched_nms_model"}"#)
        #expect(parameters == InferenceParameters(modelIoU: 0.3, modelSuppression: .plain))
        #expect(try decode("{}") == InferenceParameters())
    }

    @Test func roundTrip() throws {
        let parameters = InferenceParameters(
            modelIoU: 0.2, modelSuppression: .plain, modelScoreThreshold: 0.1, modelTopK: 7, modelDetectionsPerImage: 8,
            ensembleIoU: 0.4, ensembleTopK: 9, removeSmallBoxes: 3, ensembleScoreThreshold: 0.05)
        #expect(try JSONFile.decode(InferenceParameters.self, from: JSONFile.encode(parameters), named: "x") == parameters)
    }

    @Test func unknownFunctionsAndNegativeCountsAreNamed() {
        #expect { try decode(#"{"model_nms_fn": "softer_nms"}"#) } throws: {
            "\($0)".contains("softer_nms") && "\($0)".contains("model_nms_fn")
        }
        #expect { try decode(#"{"model_topk": -1}"#) } throws: { "\($0)".contains("model_topk") }
    }
}

@Suite struct InferencePlanTests {
    @Test func addsOneKeyToThePlan() throws {
        let inference = InferencePlan(plan: plan(transposeBackward: [2, 0, 1]), parameters: InferenceParameters(modelIoU: 0.4))
        let data = try JSONFile.encode(inference)
        #expect(try JSONFile.decode(InferencePlan.self, from: data, named: "x") == inference)
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        #expect((object?["inference_plan"] as? [String: Any])?["model_iou"] as? Double == 0.4)
        #expect(object?["transpose_backward"] as? [Int] == [2, 0, 1])
    }

    @Test func masksHaveAKeyOfTheirOwn() throws {
        var inference = InferencePlan(plan: plan(transposeBackward: [0, 1, 2]))
        inference.instances = InstanceParameters(scoreThreshold: 0.4, foregroundThreshold: 0.3)
        let data = try JSONFile.encode(inference)
        #expect(try JSONFile.decode(InferencePlan.self, from: data, named: "x") == inference)
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        #expect((object?["instance_plan"] as? [String: Any])?["instance_foreground_thresh"] as? Double == 0.3)
    }

    @Test func planWithoutParametersTakesDefaults() throws {
        let data = try JSONFile.encode(plan(transposeBackward: [0, 1, 2]))
        #expect(try JSONFile.decode(InferencePlan.self, from: data, named: "x").parameters == InferenceParameters())
        #expect(try JSONFile.decode(InferencePlan.self, from: data, named: "x").instances == InstanceParameters())
    }
}
