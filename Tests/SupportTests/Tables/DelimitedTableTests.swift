import Foundation
import Support
import TestSupport
import Testing

@Suite struct DelimitedTableTests {
    private func table(_ text: String, _ body: (DelimitedTable) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("t.csv")
            try Data(text.utf8).write(to: url)
            try body(DelimitedTable(url))
        }
    }

    @Test(arguments: [
        "Name,Size\na b, 3\nc,4.5\n", "Name;Size\r\na b;3\r\nc;4.5", "\u{FEFF}Name\tSize\n\na b\t3\nc\t4.5\t\n",
        "\"Name\",\"Size\"\n\"a b\",\"3\"\nc,4.5",
    ])
    func separatorsQuotesAndLineEnds(text: String) throws {
        try table(text) { (table: DelimitedTable) throws in
            let (name, size) = (try table.column("name"), try table.column("SIZE"))
            #expect(table.count == 2 && table.text(0, name) == "a b" && table.text(1, name) == "c")
            #expect(try table.number(1, size) == 4.5 && table.integer(0, size) == 3)
            #expect(throws: Problem.self) { try table.integer(1, size) }
            #expect(throws: Problem.self) { try table.number(0, name) }
        }
    }

    @Test func quotedCellsHoldSeparators() throws {
        try table("a,b\n\"1, 2\",3\n") { (table: DelimitedTable) throws in
            #expect(try table.text(0, table.column("a")) == "1, 2" && table.number(0, table.column("b")) == 3)
        }
    }

    @Test func mistakesAreNamed() throws {
        func message(_ text: String, _ column: String = "a") throws -> String {
            do {
                try table(text) { _ = try $0.column(column) }
                return ""
            } catch { return "\(error)" }
        }
        #expect(try message("").contains("is empty") && message("\n \n").contains("is empty"))
        #expect(try message("a,b\n1,2\n\n3\n").contains("t.csv line 4: has 1 cells, the first line has 2"))
        #expect(try message("x,y\n1,2\n").contains("has no column 'a'; there are x, y"))
        #expect(try message("a,b,A\n1,2,3\n").contains("has 2 columns 'a'") && message("a,b,b\n1,2,3\n").isEmpty)
    }

    @Test(arguments: [
        ("a,b\n1,5,2\n", "line 2: has 3 cells, the first line has 2"), ("a,b\n\"1\"x,2\n", "line 2: has text after a closing double quote"),
        ("a,b\n1,2\n\"3,4\n5", "line 3: has a double quote that is never closed"),
        ("a,b\n5\" x,2\n", "line 2: has a double quote within a cell"),
    ])
    func linesThatWouldShift(text: String, message: String) {
        #expect { try table(text) { _ in } } throws: { "\($0)".contains("t.csv \(message)") }
    }

    @Test func textOfAnotherEncodingIsRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("t.csv")
            try (Data("a,b\nM".utf8) + [0xFC] + Data("ller,1\n".utf8)).write(to: url)
            #expect { try DelimitedTable(url) } throws: { "\($0)".contains("line 2: is not UTF-8") }
        }
    }

    @Test func linesAreCountedAcrossQuotedBreaks() throws {
        try table("a;b\r\n\"x\r\n\"\"y\"\"\";1\r\n;;\r\n z ;two;\r\n") { (table: DelimitedTable) throws in
            let (a, b) = (try table.column("a"), try table.column("b"))
            #expect(table.count == 2 && table.text(0, a) == "x\r\n\"y\"" && table.text(1, a) == "z")
            #expect { try table.number(1, b) } throws: { "\($0)".contains("t.csv line 5: 'two' is not a number, column 'b'") }
        }
    }

    @Test func integersAreExact() throws {
        try table("n\n9007199254740993\n3.0\n1e30\n") { (table: DelimitedTable) throws in
            #expect(try table.integer(0, 0) == 9_007_199_254_740_993 && table.integer(1, 0) == 3)
            #expect(throws: Problem.self) { try table.integer(2, 0) }
        }
    }

    @Test(arguments: ["a,x\nb,y\n", "case,group\na,x\nb,y\n", "note,Group,CASE\n1,x,a\n2,y,b\n"])
    func theFirstLineMayNameTheColumns(text: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("t.csv")
            try Data(text.utf8).write(to: url)
            let table = try DelimitedTable(url, unnamed: ["case", "group"])
            let (id, group) = (try table.column("case"), try table.column("group"))
            #expect((0..<table.count).map { table.text($0, id) + table.text($0, group) } == ["ax", "by"])
            try Data("a,x,1\n".utf8).write(to: url)
            #expect { try DelimitedTable(url, unnamed: ["case", "group"]) } throws: {
                "\($0)".contains("line 1: has 3 cells, there are 2 columns: case, group")
            }
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let cells = ["a,b", "say \"x\"", "two\nlines", " blank ", "tab\t;", "plain", "ü"]
        var written = CSVText(columns: ["name", "n"])
        for (index, cell) in cells.enumerated() { written.append([cell, "\(index)"]) }
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("t.csv")
            try written.write(to: url)
            let table = try DelimitedTable(url)
            #expect((0..<table.count).map { table.text($0, 0) } == cells)
            #expect(try (0..<table.count).map { try table.integer($0, 1) } == Array(cells.indices))
        }
    }
}
