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
    }
}
