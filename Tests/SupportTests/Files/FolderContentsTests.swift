import Foundation
import Support
import TestSupport
import Testing

@Suite struct FolderContentsTests {
    private let manager = FileManager.default

    @Test func namesAreSortedWithoutHiddenOnes() throws {
        try withTemporaryFolder { folder in
            for name in ["b", ".hidden", "a", "ä"] { try Data().write(to: folder.appendingPathComponent(name)) }
            #expect(try FolderContents.names(in: folder) == ["a", "b", "ä"])
            #expect(try FolderContents.names(in: folder.appendingPathComponent("none")) == [])
            #expect(try FolderContents.names(in: folder.appendingPathComponent("a")) == [])
        }
    }

    @Test func aFolderThatCannotBeReadIsNoEmptyOne() throws {
        try withTemporaryFolder { folder in
            let link = folder.appendingPathComponent("loop")
            try manager.createSymbolicLink(at: link, withDestinationURL: link)
            #expect { try FolderContents.names(in: link) } throws: { "\($0)".hasPrefix("\(link.path): cannot read: ") }
        }
    }

    @Test func linksBackAreFollowedOnce() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appendingPathComponent("a/b", isDirectory: true)
            try manager.createDirectory(at: inner, withIntermediateDirectories: true)
            try Data().write(to: inner.appendingPathComponent("file"))
            for name in ["up", "over"] {
                try manager.createSymbolicLink(at: inner.appendingPathComponent(name), withDestinationURL: folder)
            }
            #expect(try FolderContents.tree(folder).map(\.lastPathComponent) == [folder.lastPathComponent, "a", "b"])
            #expect(try FolderContents.files(below: folder).map(\.lastPathComponent) == ["file"])
        }
    }
}
