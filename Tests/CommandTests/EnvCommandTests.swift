import Foundation
import Support
import TestSupport
import Testing

/// `nndet env` and `nndet searchpath`.
@Suite struct EnvCommandTests {
    @Test func everythingThatMattersIsTold() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let result = try CommandLineTool(in: folder).run("env")
            #expect(result.status == 0 && result.errors.isEmpty)
            for word in [
                "nndet ", "system ", "processor ", "processors usable ", "memory ", " available", "libtorch ", "2.11.0 (", "GPU", "GDCM ",
                "libgdcmMSFF",
                "det_data ", "det_models ", " free", "det_num_threads ", "det_verbose ",
            ] { #expect(result.output.contains(word), "\(word): \(result.output)") }
            // The folders of this test do not exist.
            #expect(result.output.contains("what is wrong:") && result.output.contains("- det_data: \(folder.path)/data does not exist"))
        }
    }

    /// Whatever is wrong with the environment is told, and nothing of it is an error.
    @Test func itNeverFails() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var tool = CommandLineTool(in: folder)
            for (name, value) in [
                ("det_num_threads", "many"), ("det_verbose", "loud"), ("det_data", "/proc/nowhere"), ("NNDET_LIBTORCH", "/nowhere"),
                ("NNDET_CGDCM", "/nowhere/libCGDCM.so"), ("OMP_NUM_THREADS", "1"), ("det_conf", "/nowhere/conf"),
            ] { tool.environment[name] = value }
            tool.environment["det_models"] = nil
            let result = try tool.run("env")
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
            for word in [
                "- det_num_threads: is 'many'", "- det_verbose: is 'loud'", "- det_data: /proc/nowhere does not exist",
                "- det_data: /proc/nowhere cannot be written to", "- NNDET_LIBTORCH=/nowhere: no libtorch_cpu.so in this folder",
                "- libCGDCM.so: /nowhere/libCGDCM.so", "- det_conf: /nowhere/conf does not exist", "- det_models: is not set",
            ] where !(word.contains("cannot be written to") && geteuid() == 0) {
                #expect(result.output.contains(word), "\(word): \(result.output)")
            }
            #expect(result.output.contains("- OMP_NUM_THREADS: is 1") || processorCount == 1)
        }
    }

    /// With a library in the place of the driver's, which says what it is told to.
    @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/dev/nvidiactl"))) func theDriverIsAskedForItsGPUs() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let source = """
                #include <stdlib.h>
                #include <string.h>
                static int number(const char *name, int other) { const char *text = getenv(name); return text ? atoi(text) : other; }
                int cuInit(unsigned flags) { return number("FAKE_INIT", 0); }
                int cuDriverGetVersion(int *version) { *version = number("FAKE_CUDA", 13000); return 0; }
                int cuDeviceGetCount(int *count) { *count = 1; return 0; }
                int cuDeviceGet(int *device, int index) { *device = index; return 0; }
                int cuDeviceGetName(char *name, int length, int device) { strcpy(name, "NVIDIA Fake"); return 0; }
                int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t)24 << 30; return 0; }
                int cuDeviceGetAttribute(int *value, int attribute, int device) { *value = attribute == 75 ? 8 : 6; return 0; }
                """
            try AtomicFile.write(Data(source.utf8), to: folder.appendingPathComponent("driver.c"))
            var tool = CommandLineTool(in: folder)
            tool.program = URL(fileURLWithPath: "/usr/bin/env")
            let made = try tool.run("clang", "-shared", "-fPIC", "-w", "-o", "libcuda.so.1", "driver.c", in: folder)
            #expect(made.status == 0, "\(made.errors)")

            tool = CommandLineTool(in: folder)
            tool.environment["LD_LIBRARY_PATH"] = folder.path
            func told(_ words: [String], _ variables: [String: String] = [:]) throws {
                var tool = tool
                tool.environment.merge(variables) { $1 }
                let result = try tool.run("env")
                #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
                for word in words { #expect(result.output.contains(word), "\(word): \(result.output)") }
            }
            try told([
                "for CUDA up to 13.0", "NVIDIA Fake, 24.0 GiB, compute capability 8.6",
                "- GPUs: libtorch can use 0 of 1: there is no NVIDIA device (/dev/nvidiactl)",
                "scripts/bootstrap.sh --cuda",
            ])
            try told(["its driver serves CUDA 12.4, and 13 is needed"], ["FAKE_CUDA": "12040"])
            try told(["- GPUs: the NVIDIA driver cannot be used: cuInit fails with 803 (restart"], ["FAKE_INIT": "803"])
            try told(["for CUDA up to 13.0"], ["FAKE_INIT": "100"])
        }
    }

    @Test func theCheckTrainsAndPredicts() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var tool = CommandLineTool(in: folder)
            let result = try tool.run("env", "--check", "--device", "cpu")
            #expect(result.status == 0, "\(result.errors)")
            for step in ["images are written and read", "planning and preprocessing", "a training step", "a prediction"] {
                #expect(result.output.contains("\(step): works ("), "\(result.output)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            tool.environment["NNDET_LIBTORCH"] = "/nowhere"
            let broken = try tool.run("env", "--check")
            #expect(broken.status == 1 && broken.errorLines.count == 1 && broken.errors.contains("/nowhere"), "\(broken.errors)")
            #expect(broken.output.contains("planning and preprocessing: works") && !broken.output.contains("a training step: works"))
        }
    }

    @Test func configurationFilesOfOnesOwnComeFirst() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var tool = CommandLineTool(in: folder)
            let own = folder.appendingPathComponent("conf")
            tool.environment["det_conf"] = "\(own.path):/nowhere"
            try AtomicFile.write(
                Data("defaults: {train: toy}\ntrainer_cfg: {initial_lr: 0.5}\n".utf8), to: own.appendingPathComponent("train/mine.yaml"))
            let shown = try tool.run("searchpath")
            let lines = shown.output.split(separator: "\n").map(String.init)
            #expect(
                lines.prefix(4) == [
                    "\(own.path)/  (det_conf)", "    train/mine.yaml", "/nowhere/  (det_conf, does not exist)", "within the program",
                ]
                    || lines.prefix(4) == [
                        "\(own.path)  (det_conf)", "    train/mine.yaml", "/nowhere  (det_conf, does not exist)", "within the program",
                    ],
                "\(lines)")
            #expect(lines.contains("    train/v001.yaml") && lines.contains("    train/augmentation/noaug.yaml"))
            let config = try tool.run("config", "-o", "train=mine")
            #expect(config.status == 0, "\(config.errors)")
            #expect(config.output.contains("  initial_lr: 0.5 ") && config.output.contains("# \(own.path)/train/mine.yaml"))
            #expect(config.output.contains("  max_num_epochs: 10 "))
            #expect(try tool.run("config", "-o", "train=other").errors.contains("choose v001, smoke, toy, mine"))
            #expect(try tool.run("config", "-o", "train=../conf/train/mine").errors.contains("there is no such configuration"))
            try AtomicFile.write(Data("defaults: {train: mine}\n".utf8), to: own.appendingPathComponent("train/mine.yaml"))
            #expect(try tool.run("config", "-o", "train=mine").errors.contains("builds upon itself"))
        }
    }
}
