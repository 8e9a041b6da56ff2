import Foundation
import Pickle
import Support
import Testing

/// What Python has pickled is read as what it was.
@Suite struct PickleTests {
    @Test(arguments: 0...5)
    func everyProtocol(version: Int) throws {
        let value = try Pickle.read(Reference.folder.appendingPathComponent("everything_\(version).pkl"))
        #expect(try value.described() == Reference.text("everything.txt"))
    }

    @Test(arguments: ["zip", "zip_4", "legacy", "legacy_4"])
    func everyTorchFormat(name: String) throws {
        let value = try TorchFile.read(Reference.folder.appendingPathComponent("\(name).pt"))
        #expect(try value.described() == Reference.text("tensors.txt"))
    }

    @Test func lookingUp() throws {
        let value = try Pickle.read(Reference.folder.appendingPathComponent("everything_4.pkl"))
        #expect(try value["truth"]?.elements()?.count == 2)
        #expect(value["7"] == nil && value["truth"]?["x"] == nil)
        #expect(try value["big dictionary"]?["1499"]?.numbers()?.integers() == [1499])
        #expect(try value["names"]?.elements()?.count == 3)
        #expect(try value["integers"]?.numbers()?.scalar == .int64)
        #expect(try value["numbers"]?.numbers()?.shape == [6])
        #expect(try value["texts"]?.numbers() == nil)
        #expect(value["paths"]?.kind == "a list" && value["float32"]?.kind == "an array")
    }

    /// Of a key that is set twice the last counts.
    @Test func keysSetTwice() throws {
        let value = try Pickle.decode(Data("(S'a'\nI1\nS'a'\nI2\nd.".utf8), named: "twice")
        #expect(try value["a"]?.numbers()?.integers() == [2])
    }

    /// What Python 2 wrote: text that is plain, and bytes in the same words.
    @Test func pythonTwo() throws {
        let value = try Pickle.decode(
            Data("(lp0\nS'plain \\'x\\' \\\\'\np1\naS'\\xff\\n'\np2\naV\\u4e2d\np3\na(i__builtin__\nset\np4\naL12L\na.".utf8), named: "two")
        #expect(
            try value.described() == "list [text \("plain 'x' \\".utf8.map { String(format: "%02x", $0) }.joined()), bytes ff0a, "
                + "text e4b8ad, set [], integer 12]")
    }

    /// Functions of the original stand as names.
    @Test func namesStand() throws {
        let value = try Pickle.decode(Data("cnndet.inference.detection.model\nbatched_nms_model\n.".utf8), named: "name")
        guard case .name(let name) = try value.content() else {
            Issue.record("\(value.kind)")
            return
        }
        #expect(name == "nndet.inference.detection.model.batched_nms_model")
    }
}
