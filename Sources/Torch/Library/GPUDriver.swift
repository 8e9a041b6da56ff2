import Foundation
import Support

/// NVIDIA's driver and the GPUs that it knows, asked without libtorch.
public struct GPUDriver: Sendable {
    public struct GPU: Sendable {
        public let name: String
        /// Bytes.
        public let memory: Int
        /// Compute capability.
        public let capability: (major: Int, minor: Int)
    }

    /// The newest CUDA that the driver can serve.
    public let cuda: (major: Int, minor: Int)
    /// The release of the driver; nil where the system does not tell.
    public let release: String?
    public let gpus: [GPU]

    /// Whether the system shows a driver: NVIDIA's own, or that of Windows below Linux.
    static var isPresent: Bool { ["/dev/nvidiactl", "/dev/dxg"].contains { FileManager.default.fileExists(atPath: $0) } }

    /// Asks the driver; nil where there is none.
    ///
    /// - Throws: `Problem` where there is one that cannot be used.
    public static func found() throws -> GPUDriver? {
        guard let library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) else {
            guard FileManager.default.fileExists(atPath: "/dev/nvidiactl") else { return nil }
            throw Problem("GPUs", "there is an NVIDIA device, and no driver library (libcuda.so.1)", remedy: "install the driver")
        }
        return try GPUDriver(library)
    }

    private init(_ library: UnsafeMutableRawPointer) throws {
        func function<Function>(_ name: String, _: Function.Type) -> Function? {
            dlsym(library, name).map { unsafeBitCast($0, to: Function.self) }
        }
        typealias Number = @convention(c) (UnsafeMutablePointer<Int32>) -> Int32
        typealias Handle = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
        typealias Name = @convention(c) (UnsafeMutablePointer<CChar>, Int32, Int32) -> Int32
        typealias Memory = @convention(c) (UnsafeMutablePointer<Int>, Int32) -> Int32
        typealias Attribute = @convention(c) (UnsafeMutablePointer<Int32>, Int32, Int32) -> Int32
        guard let start = function("cuInit", (@convention(c) (UInt32) -> Int32).self),
            let version = function("cuDriverGetVersion", Number.self),
            let count = function("cuDeviceGetCount", Number.self), let get = function("cuDeviceGet", Handle.self),
            let name = function("cuDeviceGetName", Name.self), let memory = function("cuDeviceTotalMem_v2", Memory.self),
            let attribute = function("cuDeviceGetAttribute", Attribute.self)
        else { throw Self.unusable("its library lacks functions", remedy: "install a newer one") }
        var number: Int32 = 0
        guard version(&number) == 0 else { throw Self.unusable("it does not tell its version", remedy: "install it anew") }
        cuda = (Int(number) / 1000, Int(number) % 1000 / 10)
        let status = start(0)
        // 100: all is well, and no GPU is to be seen.
        guard status == 0 || status == 100 else {
            throw Self.unusable("cuInit fails with \(status)", remedy: "restart the machine, or install the driver anew")
        }
        guard status == 100 || count(&number) == 0 else { throw Self.unusable("it does not tell its GPUs", remedy: "install it anew") }
        gpus = (0..<(status == 100 ? 0 : max(0, number))).compactMap { index in
            var (device, bytes, major, minor) = (Int32(0), 0, Int32(0), Int32(0))
            var text = [CChar](repeating: 0, count: 256)
            // 75 and 76 are the attributes of the compute capability.
            guard get(&device, index) == 0, name(&text, 256, device) == 0, memory(&bytes, device) == 0, attribute(&major, 75, device) == 0,
                attribute(&minor, 76, device) == 0
            else { return nil }
            let bytesOfName = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return GPU(name: String(decoding: bytesOfName, as: UTF8.self), memory: bytes, capability: (Int(major), Int(minor)))
        }
        let text = (try? String(contentsOfFile: "/proc/driver/nvidia/version", encoding: .utf8)) ?? ""
        release = text.split(whereSeparator: \.isWhitespace).first { $0.first?.isNumber == true && $0.contains(".") }.map(String.init)
    }

    private static func unusable(_ problem: String, remedy: String) -> Problem {
        Problem("GPUs", "the NVIDIA driver cannot be used: \(problem)", remedy: remedy)
    }
}
