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

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: swiftSettings)
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
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Ground: knows nothing of nnDetection.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
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
        module("Support", ["CZlib"]),
        module("Torch", ["CTorchABI", "Support"]),
        .target(
            name: "CITK", cxxSettings: [.unsafeFlags(["-I/usr/include/ITK-5.2", "-Wno-everything"])]),
        module("Imaging", ["CITK", "Support"]),
        module("Boxes", ["Support"]),
        // Contract: the values between stages.
        module("Core", ground + [.product(name: "Yams", package: "Yams")], resources: [.embedInCode("Conf")]),
        // Stages, each seeing only what stands before it.
        module("Planning", contract),
        module("Preprocessing", contract + ["Planning"]),
        module("Augmentation", contract + ["Preprocessing"]),
        module("Detector", contract + ["Torch"]),
        module("Evaluation", contract),
        module("Inference", contract + ["Evaluation"]),
        module("Training", contract + ["Torch", "Augmentation", "Detector", "Evaluation", "Inference"]),
        module("Report", contract + ["Evaluation", "CCairo"]),
        module(
            "Pipeline",
            contract + [
                "Torch", "Planning", "Preprocessing", "Augmentation", "Detector", "Evaluation", "Inference", "Training", "Report",
            ]),
        .executableTarget(
            name: "nndet",
            dependencies: ["Support", "Core", "Pipeline", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: swiftSettings),
        // Tests.
        .target(name: "TestSupport", dependencies: contract, path: "Tests/TestSupport", swiftSettings: swiftSettings),
        tests("SupportTests", ["Support"]),
        tests("TorchTests", ["Torch", "CTorch", "Support"]),
        tests("ImagingTests", ["Imaging"]),
        tests("BoxesTests", ["Boxes"]),
        tests("CoreTests", ["Core"]),
        tests("PlanningTests", contract + ["Planning"]),
        tests("PreprocessingTests", contract + ["Preprocessing"]),
        tests("AugmentationTests", contract + ["Augmentation"]),
        tests("DetectorTests", contract + ["Torch", "CTorch", "Detector"]),
        tests("EvaluationTests", contract + ["Evaluation"]),
        tests("InferenceTests", contract + ["Inference"]),
        tests("TrainingTests", contract + ["Torch", "CTorch", "Training", "Detector"]),
        tests("ReportTests", contract + ["Report"]),
        tests(
            "ConformanceTests",
            contract + ["Torch", "CTorch", "Planning", "Preprocessing", "Augmentation", "Detector", "Evaluation", "Inference", "Training"]),
        tests("CommandTests", contract + ["nndet", "CTorch", "Pipeline"]),
    ],
    cxxLanguageStandard: .cxx17
)
