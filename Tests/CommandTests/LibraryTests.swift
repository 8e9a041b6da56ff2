import Foundation
import TestSupport
import Testing

/// A libtorch that is missing, broken or of another version is one clear line; what needs no tensor works without it.
@Suite struct LibraryTests {
    /// A libtorch that says it is 2.7.0, made by the compiler that Swift brings along.
    private static func makeOtherVersion(in folder: URL) throws {
        let source = folder.appendingPathComponent("version.c")
        try Data("#include <stdint.h>\nuint64_t aoti_torch_abi_version(void) { return 2ull << 56 | 7ull << 48; }\n".utf8).write(to: source)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", folder.appendingPathComponent("libtorch_cpu.so").path, source.path]
        try compiler.run()
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0)
    }

    @Test func trainingSaysWhatIsWrongWithTheLibrary() throws {
        try TinyTask.with { (task: TinyTask) throws in
            var tool = task.tool
            let library = task.root.appendingPathComponent("libtorch")
            try FileManager.default.createDirectory(at: library, withIntermediateDirectories: true)
            tool.environment["NNDET_LIBTORCH"] = library.path
            #expect(try tool.run("prep", "000").status == 0)
            #expect(try tool.run("unpack", "000").status == 0)

            func expectRefusal(_ message: String) throws {
                let result = try tool.run("train", "000", "-o", "train=toy")
                #expect(result.status == 1 && result.errorLines.count == 1)
                #expect(result.errors.contains(message), "\(result.errors)")
                #expect(try tool.run("env").output.contains(message))
            }
            try expectRefusal("no libtorch_cpu.so in this folder")
            try Data("no library".utf8).write(to: library.appendingPathComponent("libtorch_cpu.so"))
            try expectRefusal("cannot be opened")
            try Self.makeOtherVersion(in: library)
            try expectRefusal("version 2.7.0 was found, 2.11.0 is needed")
        }
    }
}
