import Foundation
import Interop
import Support
import TestSupport
import Testing

@Suite struct OriginalDataTests {
    @Test func damagedFilesAreNoticed() throws {
        try withTemporaryFolder { folder in
            let pickle = folder.appendingPathComponent("D3V001_3d.pkl")
            try Data("no pickle".utf8).write(to: pickle)
            let data = OriginalData(source: folder)
            #expect(try data.convert().unread.map(\.subject) == [pickle.path])
            let record = folder.appendingPathComponent("imported.json")
            try Data("{".utf8).write(to: record)
            #expect { try data.convert() } throws: { "\($0)".hasPrefix("\(record.path): not valid JSON (remove it") }
        }
    }
}
