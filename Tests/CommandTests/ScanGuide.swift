import Foundation
import Imaging
import Pipeline

/// What a model (a folder or a packed file) finds in a scan: score, centre and size of each object in the patient, in mm.
func objects(in scan: URL, by model: URL) throws -> [(score: Float, center: SIMD3<Double>, size: SIMD3<Double>)] {
    var options = ObjectDetector.Options()
    options.mirrorings = 1
    let detector = try ObjectDetector(modelAt: model, options: options)
    let found = try detector.detect(in: [ImageReader().read(scan)])
    return zip(found.detections.scores, found.places).map { ($0, $1.center, $1.size) }
}
