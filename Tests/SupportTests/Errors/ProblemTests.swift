import Support
import Testing

@Suite struct ProblemTests {
    /// Names of entries, keys and files may hold line breaks.
    @Test func namesFromOutsideStayInOneLine() {
        let problem = Problem("a\nb.npz[\r\nc]", "is damaged", remedy: "copy it")
        #expect(problem.description == "a b.npz[ c]: is damaged (copy it)")
    }
}
