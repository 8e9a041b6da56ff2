import Testing
import Torch

/// Where the tests of a suite with the trait `onEveryDevice` run: once on the CPU, and once on the first GPU where there is one.
public enum TestDevice {
    /// Where tensors and networks of the test that is running belong.
    @TaskLocal public static var current = Device.cpu

    /// The devices that there are.
    public static let all: [Device] = [.cpu] + ((try? Device.cudaCount()).map { $0 > 0 } == true ? [.cuda(0)] : [])
}

/// Runs a test once on each device; on a GPU with the kernels that give the same bits every time.
public struct EveryDevice: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(for test: Test, testCase: Test.Case?, performing run: @Sendable () async throws -> Void) async throws {
        for device in TestDevice.all {
            if device != .cpu { print("\(test.name) on \(device)") }
            try TorchLibrary.setDeterministic(device.type == .cuda)
            defer { try? TorchLibrary.setDeterministic(false) }
            try await TestDevice.$current.withValue(device) { try await run() }
        }
    }
}

extension Trait where Self == EveryDevice {
    /// Every test of the suite runs on each device, which is `TestDevice.current` in it.
    public static var onEveryDevice: Self { Self() }
}

extension Tensor {
    /// The same on the device of the test that is running.
    public func onTestDevice() throws -> Tensor { try to(TestDevice.current) }
}
