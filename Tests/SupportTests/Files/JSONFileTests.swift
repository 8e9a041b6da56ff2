import Foundation
import Support
import TestSupport
import Testing

@Suite struct JSONFileTests {
    private struct Value: Codable, Equatable {
        struct Inner: Codable, Equatable { var sizes: [Int] }
        var name: String
        var score: Double
        var inner: Inner
    }

    @Test func roundTripWithNumbersThatAreNone() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.json")
            let value = Value(name: "a/b \"ü\"", score: 0.1, inner: .init(sizes: [1, 2]))
            try JSONFile.write(value, to: url)
            #expect(try JSONFile.read(Value.self, from: url) == value)
            try JSONFile.write(["nan": Double.nan, "inf": .infinity, "minus": -.infinity], to: url)
            #expect(String(decoding: try Data(contentsOf: url), as: UTF8.self).contains("\"inf\" : \"inf\""))
            let numbers: [String: Double] = try JSONFile.read(from: url)
            #expect(numbers["nan"]?.isNaN == true && numbers["inf"] == .infinity && numbers["minus"] == -.infinity)
        }
    }

    @Test func equalValuesGiveEqualBytes() throws {
        let keys = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key\($0)", $0) })
        #expect(try JSONFile.encode(keys) == JSONFile.encode(Dictionary(uniqueKeysWithValues: keys.shuffled().map { ($0.key, $0.value) })))
    }

    @Test(arguments: [
        (#"{"name":"a","score":1,"inner":{}}"#, "'sizes' is missing at 'inner'"),
        (#"{"name":"a","score":1,"inner":{"sizes":[1,"x"]}}"#, "'inner.sizes.[1]'"),
        (#"{"name":7,"score":1,"inner":{"sizes":[]}}"#, "'name'"),
        (#"{"name":null,"score":1,"inner":{"sizes":[]}}"#, "'name'"), ("{", "not valid JSON"), ("", "not valid JSON"),
    ])
    func problemsNameFileAndKey(text: String, expected: String) {
        let problem = #expect(throws: Problem.self) { try JSONFile.decode(Value.self, from: Data(text.utf8), named: "plan.json") }
        #expect(problem?.subject == "plan.json")
        #expect(problem?.problem.contains(expected) == true, "\(problem?.problem ?? "")")
    }

    @Test func aFileThatMayBeMissingIsReadWhereItIs() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.json")
            #expect(try JSONFile.readIfPresent([Int].self, from: url) == nil)
            try Data("[1]".utf8).write(to: url)
            #expect(try JSONFile.readIfPresent([Int].self, from: url) == [1])
            try Data("[1".utf8).write(to: url)
            #expect { try JSONFile.readIfPresent([Int].self, from: url, remedy: "remove it") } throws: {
                "\($0)" == "\(url.path): not valid JSON (remove it)"
            }
        }
    }
}
