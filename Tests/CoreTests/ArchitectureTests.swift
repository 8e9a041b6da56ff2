import Foundation
import Testing

/// Every target imports only what stands before it in the design's order.
@Test func importsPointBackwards() throws {
    let ground = ["Support", "Torch", "Imaging", "Boxes", "Pickle"]
    let stages = [
        "Planning", "Preprocessing", "Datasets", "Augmentation", "Detector", "Evaluation", "Inference", "Training", "Report", "Interop",
        "Pipeline",
        "nndet",
    ]
    let order = ground + ["Core"] + stages
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let sources = root.appendingPathComponent("Sources")
    var files = 0
    for (position, target) in order.enumerated() {
        let folder = sources.appendingPathComponent(target)
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        for name in names where name.hasSuffix(".swift") {
            files += 1
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for line in text.split(separator: "\n") where line.hasPrefix("import ") {
                let module = String(line.dropFirst("import ".count))
                guard let other = order.firstIndex(of: module) else { continue }
                #expect(other < position, "\(target)/\(name) imports \(module)")
                // Ground targets know one another only through Support.
                if ground.contains(target) { #expect(module == "Support", "\(target)/\(name) imports \(module)") }
            }
        }
    }
    #expect(files > 100)
}
