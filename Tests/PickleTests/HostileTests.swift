import Foundation
import Pickle
import Support
import Testing

/// Files made to do harm: each is refused with a line that says why, quickly and in little memory.
@Suite struct HostileTests {
    private func refusal(_ data: Data, torch: Bool = false) -> String? {
        do {
            let value = try torch ? TorchFile.decode(data, named: "hostile") : Pickle.decode(data, named: "hostile")
            try walk(value)
            return nil
        } catch { return "\(error)" }
    }

    private func refusal(_ text: String) -> String? { refusal(Data(text.utf8)) }

    private func walk(_ value: PickledValue) throws {
        switch try value.content() {
        case .list(let values), .tuple(let values), .set(let values), .values(let values, _): for value in values { try walk(value) }
        case .dictionary(let entries):
            for entry in entries {
                try walk(entry.key)
                try walk(entry.value)
            }
        default: break
        }
    }

    /// Everything that would run something in Python, by every opcode that calls.
    @Test(arguments: [
        ("cos\nsystem\n(S'id'\ntR.", "os.system"), ("cposix\nsystem\n(S'id'\ntR.", "posix.system"),
        ("cnt\nsystem\n(S'id'\ntR.", "nt.system"), ("csubprocess\nPopen\n(S'id'\ntR.", "subprocess.Popen"),
        ("c__builtin__\neval\n(S'1'\ntR.", "__builtin__.eval"), ("cbuiltins\nexec\n(S'1'\ntR.", "builtins.exec"),
        ("cbuiltins\ngetattr\n(S'a'\nS'b'\ntR.", "builtins.getattr"), ("(S'id'\nios\nsystem\n.", "os.system"),
        ("(cos\nsystem\nS'id'\no.", "os.system"), ("cos\nsystem\n.", "os.system"), ("crunpy\n_run_code\n.", "runpy._run_code"),
        ("ccopyreg\n_reconstructor\n.", "copyreg._reconstructor"), ("cnumpy.f2py.crackfortran\ngetlincoef\n.", "numpy.f2py"),
        ("ctorch.hub\nload\n(S'a'\nS'b'\ntR.", "torch.hub.load"), ("ctorch.storage\n_load_from_bytes\n(S'a'\ntR.", "torch.storage"),
        ("cnndet.evaluator\nrun\n(tR.", "nndet.evaluator.run"), ("cpytorch_lightning\nTrainer\n)\u{81}.", "pytorch_lightning.Trainer"),
    ])
    func calls(pickle: (text: String, name: String)) throws {
        let answer = try #require(refusal(Data(pickle.text.unicodeScalars.map { UInt8($0.value) })), "\(pickle.text) was read")
        #expect(answer.contains(pickle.name), "\(answer)")
        #expect(!answer.contains("\n"))
    }

    @Test(arguments: [0x82, 0x83, 0x84, 0x92, 0x97, 0x98, 0x50, 0xFF] as [UInt8])
    func opcodes(code: UInt8) throws {
        #expect(try #require(refusal(Data([0x80, 4, 0x5D, code, 1, 0, 0, 0, 0x2E]))).contains("holds"))
    }

    /// The name is put together on the stack.
    @Test func namesFromTheStack() throws {
        let data = Data([0x80, 4, 0x8C, 2]) + Data("os".utf8) + Data([0x8C, 6]) + Data("system".utf8) + Data([0x93, 0x29, 0x52, 0x2E])
        #expect(try #require(refusal(data)).contains("os.system"))
    }

    @Test func valuesThatHoldThemselves() throws {
        // A list in itself, in its own tuple, in its own dictionary.
        for text in ["(lp0\ng0\na.", "(lp0\n(g0\nta.", "(lp0\n(dp1\nS'a'\ng0\nsa."] {
            #expect(try #require(refusal(text)).contains("holds itself"))
        }
    }

    @Test func depth() throws {
        let count = 300_000
        // Lists in lists, from the inside and from the outside; tuples in tuples.
        let inside =
            Data(repeating: UInt8(ascii: "]"), count: count) + Data(repeating: UInt8(ascii: "a"), count: count - 1) + Data(".".utf8)
        #expect(refusal(inside) != nil)
        var outside = Data("(lp0\n".utf8)
        for number in 1...20_000 { outside += Data("(lp\(number)\na0g\(number)\n".utf8) }
        #expect(try #require(refusal(outside + Data("0g0\n.".utf8))).contains("deep"))
        var chain = Data("]q\0".utf8)
        for _ in 0..<count { chain += Data("]aq\0".utf8) }
        #expect(refusal(chain + Data(".".utf8)) != nil)
        #expect(
            try #require(refusal(Data(repeating: UInt8(ascii: ")"), count: 1) + Data(repeating: 0x85, count: count) + Data(".".utf8)))
                .contains("deep"))
        // What is deep and thrown away does no harm either.
        #expect(
            try Pickle.decode(Data([0x29]) + Data(repeating: 0x85, count: count) + Data("0N.".utf8), named: "thrown away").kind == "None")
    }

    /// A list of ten times the list before, and so on: small on disk, endless to look at.
    @Test func laughs() throws {
        for open in ["(l", "("] {
            var text = "(S'ha'\ntp0\n"
            for level in 1...30 {
                text += open + (open == "(l" ? "p\(level)\n" : "")
                for _ in 0..<10 { text += open == "(l" ? "g\(level - 1)\na" : "g\(level - 1)\n" }
                text += open == "(l" ? "" : "tp\(level)\n"
            }
            #expect(try #require(refusal(text + ".")).contains("far more than it can"))
        }
    }

    /// The same long list named again and again: looking at it must not take longer for it.
    @Test func repetition() throws {
        let items = Data(repeating: UInt8(ascii: "N"), count: 20_000)
        let list = Data("(".utf8) + items + Data("lp0\n0(".utf8)
        let again = (0..<20_000).reduce(into: Data()) { data, _ in data += Data("g0\n".utf8) }
        let start = ContinuousClock.now
        #expect(try #require(refusal(list + again + Data("l.".utf8))).contains("far more than it can"))
        // And as the state of an element type, as arguments, as a shape.
        for use in ["cnumpy\ndtype\n(S'f8'\ntR", "c__builtin__\nset\n"] {
            let call = use.hasSuffix("R") ? "g0\nb0" : "g0\nR0"
            let calls = (0..<20_000).reduce(into: Data()) { data, _ in data += Data((use + call).utf8) }
            #expect(refusal(Data("(".utf8) + items + Data("tp0\n0".utf8) + calls + Data("N.".utf8)) != nil)
        }
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    /// An array named again and again: each time it may become a list of values, which takes more memory than its bytes.
    @Test func repeatedArrays() throws {
        func file(_ count: Int) -> String {
            let bytes = String(repeating: "a", count: 50_000)
            let array = array(shape: "(I50000\nt", type: "i1", data: bytes).dropLast()
            return "(\(array)p0\n\(String(repeating: "g0\n", count: count - 1))l."
        }
        #expect(refusal(file(1)) == nil)
        #expect(try #require(refusal(file(3))).contains("far more than it can"))
    }

    private func littleEndian(_ value: UInt64, _ count: Int = 8) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0.prefix(count)) }
    }

    @Test func lengths() throws {
        for code in [0x8D, 0x8E, 0x96, 0x95] as [UInt8] {
            for length in [UInt64.max, 1 << 62, 1 << 40, 1000] {
                #expect(refusal(Data([0x80, 5, code]) + littleEndian(length) + Data("x.".utf8)) != nil)
            }
        }
        for code in [UInt8(ascii: "X"), UInt8(ascii: "T"), UInt8(ascii: "B"), 0x8B] {
            #expect(refusal(Data([code]) + littleEndian(0xFFFF_FFFF, 4) + Data("x.".utf8)) != nil)
        }
        // Numbers of items.
        #expect(try #require(refusal("]r\u{7F}\u{7F}\u{7F}\u{7F}.")).contains("impossible number"))
        #expect(refusal("]p99999999999999999999\n.") != nil)
        #expect(refusal("]p-1\n.") != nil)
        #expect(refusal("j\u{7F}\u{7F}\u{7F}\u{7F}.") != nil)
        #expect(refusal("L\(String(repeating: "9", count: 10_000))L\n.") != nil)
    }

    @Test func memory() throws {
        let count = 8 << 20
        for code in [UInt8(ascii: "N"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "("), UInt8(ascii: ")"), 0x8F, 0x88] {
            let before = peak()
            #expect(refusal(Data(repeating: code, count: count) + Data(".".utf8)) != nil)
            #expect(peak() - before < 10 * count)
        }
        // The same item noted again and again.
        let before = peak()
        #expect(refusal(Data("N".utf8) + Data(repeating: 0x94, count: count) + Data(".".utf8)) != nil)
        #expect(peak() - before < 10 * count)
    }

    /// Largest memory of the process so far, bytes.
    private func peak() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }

    private func array(shape: String, type: String, data: String) -> String {
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n\(shape)cnumpy\ndtype\n(S'\(type)'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'\(data)'\ntb."
    }

    @Test func arrays() throws {
        #expect(refusal(array(shape: "(I2\nt", type: "i1", data: "ab")) == nil)
        for (shape, type) in [
            ("(I3\nt", "i1"), ("(I-1\nt", "i1"), ("(I4611686018427387904\nI4611686018427387904\nt", "i1"),
            ("(I0\nI4611686018427387904\nt", "f8"),
            ("(I99999999\nI0\nt", "f8"), ("(I1073741824\nt", "U0"), ("(I1073741824\nt", "S0"), ("(I1\nt", "U1073741824"), ("(I2\nt", "c16"),
            ("(I2\nt", "O8"), ("(I2\nt", "V1"), ("(I2\nt", "m8"), ("(I2\nt", "f16"), ("N", "i1"), ("(Nt", "i1"),
            ("(\(String(repeating: "I1\n", count: 99))t", "i1"),
        ] {
            #expect(refusal(array(shape: shape, type: type, data: type == "i1" || type == "O8" ? "ab" : "")) != nil, "\(shape) \(type)")
        }
        // Without a state, with a state of another kind.
        #expect(refusal("cnumpy.core.multiarray\n_reconstruct\n(tR.") != nil)
        #expect(refusal("cnumpy\ndtype\n(S'f8'\ntR(tb.") != nil)
        #expect(refusal("]Nb.") != nil)
        #expect(refusal("Nb.") != nil)
    }

    @Test func stacks() throws {
        for text in [
            ".", "0.", "1.", "2.", "a.", "(a.", "](s.", "t.", "(.", "N(.", "(Nd.", "R.", "NNR.", "b.", "e.", "u.", "Q.", "NQ.", "S\n.",
            "S'\n.", "V\\u12\n.", "F1x\n.", "I\n.", "o.", "(o.", "p0\n.", "",
        ] {
            #expect(refusal(text) != nil, "\(text)")
        }
    }

    /// A file that is cut off anywhere is refused; one that is changed anywhere is refused or read, in no case is the end of the program.
    @Test(arguments: ["everything_0.pkl", "everything_2.pkl", "everything_4.pkl", "zip.pt", "legacy.pt"])
    func damaged(name: String) throws {
        let data = try Data(contentsOf: Reference.folder.appendingPathComponent(name))
        let isTorch = name.hasSuffix(".pt")
        let step = max(1, data.count / 700)
        for count in stride(from: 0, to: data.count, by: step) { #expect(refusal(data.prefix(count), torch: isTorch) != nil, "\(count)") }
        var generator = SeededGenerator(seed: 1)
        for position in stride(from: 0, to: data.count, by: step) {
            var changed = data
            changed[position] = UInt8(truncatingIfNeeded: generator.next())
            _ = refusal(changed, torch: isTorch)
        }
    }
}
