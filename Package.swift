// swift-tools-version: 6.2
import Foundation
import PackageDescription

// libtorch lies where `scripts/bootstrap.sh` links it; NNDET_LIBTORCH names another copy.
let libtorch = Context.environment["NNDET_LIBTORCH"] ?? "\(Context.packageDirectory)/.libtorch"

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    // Most of the time would be taken by optimising what runs once.
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude,
        swiftSettings: swiftSettings + [.unsafeFlags(["-Onone"], .when(configuration: .release))])
}

let ground: [Target.Dependency] = ["Support", "Imaging", "Boxes"]
let contract: [Target.Dependency] = ground + ["Core"]

let package = Package(
    name: "nndetection",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "nndet", targets: ["nndet"]),
        .library(name: "Pipeline", targets: ["Pipeline"]),
        .library(name: "CTorch", type: .dynamic, targets: ["CTorch"]),
        .library(name: "CGDCM", type: .dynamic, targets: ["CGDCM"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Ground: knows nothing of nnDetection.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .target(name: "CTorchABI", linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "CTorch", dependencies: ["CTorchABI"],
            cxxSettings: [
                .unsafeFlags([
                    "-I\(libtorch)/torch/include", "-I\(libtorch)/torch/include/torch/csrc/api/include", "-Wno-everything",
                ])
            ],
            linkerSettings: [
                .unsafeFlags([
                    "-L\(libtorch)/torch/lib", "-ltorch_cpu", "-lc10",
                    "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/torch/lib",
                ])
            ]),
        module("Support", ["CZlib", "CDeflate"]),
        module("Torch", ["CTorchABI", "Support"]),
        // Opened at the first compressed DICOM image: linking GDCM would cost every command its start-up.
        .target(name: "CGDCMABI", linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "CGDCM",
            cxxSettings: [
                // The shared header is included as text: as a dependency, SwiftPM would have C++20 look for a module.
                .headerSearchPath("../CGDCMABI/include"), .unsafeFlags(["-I/usr/include/gdcm-3.0", "-Wno-everything"]),
            ],
            linkerSettings: [
                // Holds no Swift, so it shall not ask for Swift's runtime (which may be linked statically into the program).
                .unsafeFlags(["-nostartfiles", "-static-stdlib"])
            ] + ["gdcmMSFF", "gdcmDSED", "gdcmCommon"].map { .linkedLibrary($0) }),
        module("Imaging", ["CGDCMABI", "Support"]),
        module("Boxes", ["Support"]),
        module("Pickle", ["Support"]),
        // Contract: the values between stages.
        module("Core", ground + ["Pickle", .product(name: "Yams", package: "Yams")], resources: [.embedInCode("Conf")]),
        // Stages, each seeing only what stands before it.
        module("Planning", contract),
        module("Preprocessing", contract + ["Planning"]),
        module("Augmentation", contract + ["Preprocessing"]),
        module("Datasets", contract + ["Preprocessing"]),
        module("Detector", contract + ["Torch"]),
        module("Evaluation", contract),
        module("Inference", contract + ["Evaluation"]),
        module("Training", contract + ["Torch", "Augmentation", "Detector", "Evaluation", "Inference"]),
        module("Report", contract + ["Evaluation", "CCairo"]),
        module("Interop", contract + ["Pickle", "Preprocessing", "Inference"]),
        module(
            "Pipeline",
            contract + [
                "Torch", "Planning", "Preprocessing", "Augmentation", "Detector", "Evaluation", "Inference", "Training", "Report",
                "Interop", "Datasets",
            ]),
        .executableTarget(
            name: "nndet",
            dependencies: [
                "Support", "Core", "Interop", "Pipeline", "Datasets", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        // Measurements.
        .executableTarget(
            name: "ResamplingBenchmark", dependencies: ["Imaging", "Support"], path: "Benchmarks/Resampling",
            exclude: ["README.md", "compare.py"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "ReadingBenchmark", dependencies: ["Imaging"], path: "Benchmarks/Reading", exclude: ["README.md", "compare.py"],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "PreprocessingBenchmark", dependencies: contract + ["Preprocessing", "Augmentation"], path: "Benchmarks/Preprocessing",
            exclude: ["README.md", "compare.py"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "AugmentationBenchmark", dependencies: contract + ["Augmentation"], path: "Benchmarks/Augmentation",
            exclude: ["compare.py", "README.md"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "BoxBenchmark", dependencies: ["Boxes", "Support"], path: "Benchmarks/Boxes", exclude: ["README.md"],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "EvaluationBenchmark", dependencies: contract + ["Evaluation"], path: "Benchmarks/Evaluation",
            exclude: ["README.md", "compare.py"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "TrainingBenchmark", dependencies: contract + ["Torch", "Planning", "Detector", "Evaluation", "Inference", "Training"],
            path: "Benchmarks/Training", exclude: ["README.md", "compare.py", "network.py"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "PlanningBenchmark", dependencies: contract + ["Planning"], path: "Benchmarks/Planning", exclude: ["README.md"],
            swiftSettings: swiftSettings),
        // Tests.
        .target(name: "TestSupport", dependencies: contract + ["Torch"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
        tests("SupportTests", ["Support"]),
        tests("TorchTests", ["Torch", "CTorch", "Support"]),
        tests("ImagingTests", ["Imaging"], exclude: ["Reference"]),
        tests("BoxesTests", ["Boxes"]),
        tests("PickleTests", ["Pickle", "Support"], exclude: ["Reference"]),
        tests("CoreTests", ["Core"]),
        tests("PlanningTests", contract + ["Planning"]),
        tests("PreprocessingTests", contract + ["Planning", "Preprocessing"]),
        tests("AugmentationTests", contract + ["Augmentation"], exclude: ["Reference"]),
        tests("DatasetsTests", contract + ["Datasets", "Preprocessing"]),
        tests("DetectorTests", contract + ["Torch", "CTorch", "Detector"]),
        tests("EvaluationTests", contract + ["Evaluation"], exclude: ["Reference"]),
        tests("InferenceTests", contract + ["Torch", "CTorch", "Detector", "Inference"]),
        tests("TrainingTests", contract + ["Torch", "CTorch", "Training", "Detector"]),
        tests("ReportTests", contract + ["CCairo", "Evaluation", "Report"]),
        tests("InteropTests", contract + ["Pickle", "Preprocessing", "Inference", "Interop"]),
        tests("PipelineTests", contract + ["Pipeline"]),
        tests(
            "ConformanceTests",
            contract + [
                "Torch", "CTorch", "Planning", "Preprocessing", "Augmentation", "Detector", "Evaluation", "Inference", "Training", "Pickle",
                "Interop", "Pipeline",
            ]),
        tests(
            "ExtensionTests",
            contract + [
                "Torch", "CTorch", "Planning", "Preprocessing", "Datasets", "Augmentation", "Detector", "Evaluation", "Pipeline",
            ]),
        tests(
            "CommandTests",
            contract + ["nndet", "Datasets", "CTorch", "Torch", "Detector", "Preprocessing", "Inference", "Training", "Pipeline"]),
    ],
    cxxLanguageStandard: .cxx17
)

// The fuzzers are built by scripts/fuzz.sh alone: they need libFuzzer's main function.
if Context.environment["NNDET_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CMalloc", path: "Fuzzing/CMalloc"),
        .executableTarget(
            name: "Fuzzer",
            dependencies: contract + ["Pickle", "Preprocessing", "Evaluation", "Interop", "CMalloc"],
            path: "Fuzzing", exclude: ["CMalloc", "Dictionaries", "make_seeds.py"],
            swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]),
    ]
}
