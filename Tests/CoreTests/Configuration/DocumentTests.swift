import Core
import Support
import Foundation
import TestSupport
import Testing

@Suite struct DocumentTests {
    @Test(arguments: [
        Document.text("a: b"), .text(""), .text("true"), .text("12"), .text("1e-6"), .text("007"), .text("no"), .text("say \"x\"\n\\"),
        .text("- a"), .text("${exp.id}_${a}"), .number(1e-6), .number(0.7), .number(3), .integer(-4), .bool(false), .null,
        .list([.integer(1), .list([]), .text("x, y")]), .map([:]),
        .map(["0": .text("0"), "a b": .map(["c": .list([.number(.infinity)])])]),
    ])
    func yamlComesBack(value: Document) throws {
        let document = Document.map(["key": value, "list": .list([value])])
        #expect(try Document(yaml: document.yaml(), named: "test") == document, "\(document.yaml())")
    }

    /// 10⁹ values in ten lines.
    @Test func aliasesOfAliasesAreBounded() throws {
        let lines =
            ["a0: &a0 x"]
            + (1..<10).map { index in
                "a\(index): &a\(index) [\((0..<10).map { _ in "*a\(index - 1)" }.joined(separator: ", "))]"
            }
        #expect { try Document(yaml: lines.joined(separator: "\n"), named: "a.yaml") } throws: { "\($0)".contains("a.yaml: has more than") }
        #expect(try Document(yaml: lines.prefix(3).joined(separator: "\n"), named: "a.yaml")["a2"] != nil)
    }

    @Test func scalarsHaveTheirMeaning() {
        #expect(Document(plain: "1e-6") == .number(1e-6))
        #expect(Document(plain: "3.0e-5") == .number(3e-5))
        #expect(Document(plain: "16") == .integer(16))
        #expect(Document(plain: "007") == .text("007"))
        #expect(Document(plain: "0") == .integer(0))
        #expect(Document(plain: "True") == .bool(true))
        #expect(Document(plain: "infinite") == .text("infinite"))
        #expect(Document(plain: "0x1p3") == .text("0x1p3"))
        #expect(Document(plain: "1.2.3") == .text("1.2.3"))
    }

    @Test func textOfAnotherEncodingIsRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.yaml")
            try (Data("name: M".utf8) + [0xFC] + Data("ller".utf8)).write(to: url)
            #expect { try Document.read(url) } throws: { "\($0)".contains("a.yaml: is not UTF-8 text") }
        }
    }
}
