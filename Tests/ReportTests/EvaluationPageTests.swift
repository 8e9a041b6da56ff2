import Core
import Evaluation
import Foundation
import Report
import Support
import TestSupport
import Testing

@Suite struct EvaluationPageTests {
    private func write(_ sample: SampleEvaluation, to url: URL, resamples: Int = 100, hasImages: Bool = true) throws -> String {
        let page = EvaluationPage(
            title: "Task100_Lung & more", subtitle: "RetinaUNetV001 · fold 0", scores: try sample.scores(resamples: resamples),
            cases: sample.cases)
        try page.write(to: url, image: { hasImages ? sample.image($0) : nil })
        return try String(contentsOf: url, encoding: .utf8)
    }

    @Test func onePageHoldsEverything() throws {
        try withTemporaryFolder { folder in
            let sample = SampleEvaluation()
            let url = folder.appendingPathComponent("report.html")
            let page = try write(sample, to: url)
            #expect(!page.contains("src=\"http") && !page.contains("href=\"http") && !page.contains("@import") && !page.contains("url("))
            #expect(page.contains("<title>Task100_Lung &amp; more</title>"))
            for item in sample.cases {
                #expect(page.contains("<th scope=\"row\">\(item.id.replacing("<", with: "&lt;").replacing(">", with: "&gt;"))"))
            }
            for id in [
                "FROC_intervals", "FROC", "PR_IoU_0_10", "PR_IoU_0_50", "pred_hist_IoU@0_1", "sensitivity_by_size", "confusion_matrix",
                "calibration",
            ] {
                #expect(page.contains("<figure id=\"\(id)\">"), "\(id)")
                for ending in ["png", "svg"] {
                    #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("report.figures/\(id).\(ending)").path))
                }
            }
            for kind in ["hits", "false-positives", "missed"] { #expect(page.contains("<section class=\"findings\" id=\"\(kind)\">")) }
            #expect(page.components(separatedBy: "data:image/png").count > 12)
            // The same input makes the same page.
            #expect(try write(sample, to: folder.appendingPathComponent("again.html")) == page)
        }
    }

    @Test func withoutImagesAndWithoutObjects() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("report.html")
            let page = try write(SampleEvaluation(), to: url, resamples: 0, hasImages: false)
            #expect(page.contains("only their places are listed") && !page.contains("data:image/png") && !page.contains("% interval"))
            var empty = SampleEvaluation()
            for index in empty.cases.indices {
                empty.cases[index].truth = GroundTruth()
                empty.cases[index].detections = Detections()
            }
            #expect(try write(empty, to: url).contains("Without annotated objects, not part of the means: nodule, cyst."))
        }
    }

    @Test func imagesOfTwoDimensions() throws {
        try withTemporaryFolder { folder in
            let page = try write(SampleEvaluation(dimension: 2), to: folder.appendingPathComponent("report.html"))
            #expect(page.contains("data:image/png"))
        }
    }

    /// What the browser finds on the page, told in its title by a script that is put at the end of a copy.
    private struct Seen: Decodable {
        let problems: [String]
        let pictures: Int
        let broken: Int
        let narrowest: Double
        let first: [String]
        let sorted: [Double]
        let back: [Double]
        let byName: [String]
        let widerThanPage: Bool
    }

    @Test(.enabled(if: Browser.installed != nil, "Chromium is not installed; scripts/test-tools.sh installs it"))
    func aBrowserShowsIt() throws {
        let browser = try #require(Browser.installed)
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("report.html")
            var page = try write(SampleEvaluation(), to: url)
            let visit = try browser.visit(url)
            #expect(visit.page.contains("<table id=\"cases\""))
            #expect(!visit.log.contains("CONSOLE"), "\(visit.log)")

            page = page.replacing(
                "<head>",
                with:
                    "<head><script>window.problems = []; addEventListener('error', (e) => problems.push(String(e.message)), true);</script>"
            )
            page = page.replacing(
                "</body>",
                with: """
                    <script>
                    addEventListener("load", () => {
                      const images = [...document.images];
                      const table = document.getElementById("cases");
                      const column = (i) => [...table.tBodies[0].rows].map((row) => row.cells[i].firstChild.textContent);
                      const button = (i) => table.tHead.rows[0].cells[i].querySelector("button");
                      const first = column(0);
                      button(1).click(); const sorted = column(1).map(Number);
                      button(1).click(); const back = column(1).map(Number);
                      button(0).click(); button(0).click(); const byName = column(0);
                      document.title = JSON.stringify({ problems, pictures: images.length,
                        broken: images.filter((i) => !i.complete || i.naturalWidth === 0).length,
                        narrowest: Math.min(...images.map((i) => i.clientWidth)), first, sorted, back, byName,
                        widerThanPage: document.documentElement.scrollWidth > document.documentElement.clientWidth });
                    });
                    </script></body>
                    """)
            let copy = folder.appendingPathComponent("copy.html")
            try Data(page.utf8).write(to: copy)
            let title = try #require(try browser.visit(copy).page.split(separator: "<title>").last?.split(separator: "</title>").first)
            let text = title.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
            let seen: Seen = try JSONFile.decode(from: Data(text.utf8), named: "title")
            #expect(seen.problems.isEmpty && seen.broken == 0 && !seen.widerThanPage)
            #expect(seen.pictures >= 8 + 12 && seen.narrowest > 300)
            #expect(seen.sorted == seen.sorted.sorted(by: >) && seen.back == seen.sorted.sorted() && Set(seen.sorted).count > 2)
            // patient_2 before patient_10.
            #expect(seen.byName == seen.first && seen.first.count == 12)

            let picture = folder.appendingPathComponent("page.png")
            _ = try browser.visit(url, ["--screenshot=\(picture.path)", "--window-size=1280,4000"])
            #expect(try Data(contentsOf: picture).count > 100_000)
            let paper = folder.appendingPathComponent("page.pdf")
            _ = try browser.visit(url, ["--print-to-pdf=\(paper.path)"])
            #expect(try Data(contentsOf: paper).prefix(5) == Data("%PDF-".utf8))
        }
    }
}
