import Foundation
import Support
import TestSupport
import Testing

/// `show-augmentation`: every option has its effect.
@Suite struct ShowAugmentationTests {
    @Test func drawsPlacesBeforeAndAfter() throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("show-augmentation", "000").errorLines.count == 1)
            #expect(try task.tool.run("prep", "000", "-o", "train=toy").status == 0)
            let packed = try task.tool.run("show-augmentation", "000")
            #expect(packed.status == 1 && packed.errorLines.count == 1 && packed.errors.contains("unpack"))
            #expect(try task.tool.run("unpack", "000").status == 0)

            let small = ["--places", "1", "--variants", "2", "-o", "augment_cfg.patch_size=[16,16,16]"]
            let plain = try task.tool.run(["show-augmentation", "000"] + small)
            #expect(plain.status == 0, "\(plain.errors)")
            #expect(plain.output.contains("1 places, each as it is and 2 times changed: "))
            #expect(task.exists("preprocessed/analysis/D3V001_3d/augmentation_base_more.png"))

            /// The pictures of the sheet that the options make.
            func images(_ options: String...) throws -> [Substring] {
                let file = task.root.appendingPathComponent("sheet.svg")
                try? FileManager.default.removeItem(at: file)
                let result = try task.tool.run(["show-augmentation", "000", "--output", file.path] + options + small)
                #expect(result.status == 0, "\(options): \(result.errors)")
                return try String(contentsOf: file, encoding: .utf8).matches(of: /data:image\/png;base64,([^"]+)"/).map(\.output.1)
            }
            let first = try images()
            #expect(first.count == 3 && Set(first).count == 3)
            #expect(try images() == first)
            #expect(try images("--seed", "7")[0] != first[0])
            // Another augmentation changes the same place in another way, none at all leaves it.
            let insane = try images("--config", "insane")
            #expect(insane[0] == first[0] && insane[1...] != first[1...])
            #expect(Set(try images("--config", "noaug")).count == 1)
            #expect(try images("--cases", "case_0") != images("--cases", "case_1"))
            for wrong in [["--cases", "case_9"], ["--channel", "1"], ["--config", "wild"], ["-o", "augment_cfg.dataloader=Best"]] {
                let result = try task.tool.run(["show-augmentation", "000"] + wrong)
                #expect(result.status != 0 && result.errorLines.count == 1, "\(wrong): \(result.errors)")
            }
            for wrong in [["--places", "0"], ["--variants", "-1"], ["--channel", "-1"], ["--output", "sheet.bmp"]] {
                #expect(try task.tool.run(["show-augmentation", "000"] + wrong).status != 0, "\(wrong)")
            }
        }
    }
}
