import Support
import Testing

@Suite struct ProgressReporterTests {
    @Test(
        arguments: [
            (0.24, "0.2 s"), (42, "42 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (18_420, "5 h 07 min"), (1e300, "unknown time"),
            (.nan, "unknown time"), (-.infinity, "unknown time"),
        ] as [(Double, String)])
    func durationsForPeople(seconds: Double, text: String) { #expect(ProgressReporter.duration(seconds) == text) }

    @Test func problemsAreOneLine() {
        #expect(Problem("plan.json", "is old", remedy: "make it again").description == "plan.json: is old (make it again)")
        #expect(Problem("plan.json", "is old").description == "plan.json: is old")
        #expect(Problem("a", "b").localizedDescription == "a: b")
    }
}
