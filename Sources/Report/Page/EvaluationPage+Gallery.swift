import Boxes
import Core
import Evaluation
import Foundation
import Imaging

extension EvaluationPage {
    /// The best hits, the worst false positives and the objects that were missed, each with slices.
    func gallery(_ image: (Int) throws -> Image<Float>?, _ progress: () -> Void) throws -> String {
        let point = scores.operatingPoint
        let findings = NotableFindings(cases, iou: DetectionScores.iou, score: Float(point.score), count: galleryCount)
        // One image at a time in memory, however the kinds are ordered.
        let kinds = [
            ("Best hits", "hits", findings.bestHits), ("Worst false positives", "false-positives", findings.worstFalsePositives),
            (String(format: "Missed objects (no detection of score %.2f or more)", point.score), "missed", findings.missed),
        ]
        var pictures: [String: Data] = [:]
        let wanted = kinds.flatMap { $0.2 }
        for index in Set(wanted.map(\.caseIndex)).sorted() {
            guard let image = try image(index) else { continue }
            for finding in wanted where finding.caseIndex == index {
                let picture = FindingPicture(
                    image: image, item: cases[index], finding: finding, classNames: names, scoreThreshold: Float(point.score))
                pictures[Self.name(finding)] = try picture.png()
                progress()
            }
        }
        var parts = ["<h2>Gallery</h2>"]
        parts.append(
            pictures.isEmpty && !wanted.isEmpty
                ? "<p class=\"lead\">Without images, only their places are listed.</p>"
                : "<p class=\"lead key\">Three slices through each; <span></span>annotated <span class=\"predicted\"></span>predicted. Faint boxes: other objects, and other detections of the operating point's score or more.</p>"
        )
        for (title, id, list) in kinds {
            parts.append("<h3>\(HTML.escaped(title))</h3>")
            guard !list.isEmpty else {
                parts.append("<p class=\"lead\">None.</p>")
                continue
            }
            let entries = list.map { finding in
                let picture = pictures[Self.name(finding)].map {
                    HTML.image($0, type: "image/png", description: "Slices of \(cases[finding.caseIndex].id)")
                }
                return "<figure>\(picture ?? "")<figcaption>\(caption(finding))</figcaption></figure>"
            }
            parts.append("<section class=\"findings\" id=\"\(id)\">\(entries.joined(separator: "\n"))</section>")
        }
        return parts.joined(separator: "\n")
    }

    private static func name(_ finding: NotableFindings.Finding) -> String {
        "\(finding.caseIndex)/\(finding.detection ?? -1)/\(finding.object ?? -1)"
    }

    private func caption(_ finding: NotableFindings.Finding) -> String {
        let item = cases[finding.caseIndex]
        func name(_ label: Int) -> String { names.indices.contains(label) ? names[label] : "class \(label)" }
        var parts: [String] = []
        let box: Box
        if let detection = finding.detection {
            box = item.detections.boxes[detection]
            parts.append(name(item.detections.labels[detection]) + String(format: ", score %.2f", item.detections.scores[detection]))
            if finding.object != nil {
                parts.append(String(format: "IoU %.2f", finding.iou))
            } else {
                parts.append(finding.iou < 0.005 ? "overlaps no object of its class" : String(format: "IoU at most %.2f", finding.iou))
            }
        } else if let object = finding.object {
            box = item.truth.boxes[object]
            parts.append(name(item.truth.labels[object]))
            let best = item.detections.boxes.indices.filter {
                item.detections.labels[$0] == item.truth.labels[object]
                    && item.detections.boxes[$0].preciseIntersectionOverUnion(box) >= DetectionScores.iou
            }.map { item.detections.scores[$0] }.max()
            parts.append(best.map { String(format: "best detection on it scores %.2f", $0) } ?? "no detection on it")
        } else {
            return HTML.escaped(item.id)
        }
        let lengths = item.sides(of: box) ?? SIMD3<Double>(box.size)
        let sides = (0..<item.dimension).map { String(format: "%.0f", lengths[$0]) }
        parts.append(sides.joined(separator: " × ") + (item.spacing == nil ? " voxels" : " mm"))
        return "<b>\(HTML.escaped(item.id))</b> · " + parts.map(HTML.escaped).joined(separator: " · ")
    }
}
