// Reading of one image, in a process of its own. compare.py beside this file runs it next to SimpleITK.
//
//   ReadingBenchmark <image or folder> <repetitions>
import Foundation
import Imaging

let words = CommandLine.arguments
guard words.count == 3, let repetitions = Int(words[2]), repetitions > 0 else {
    print("usage: ReadingBenchmark <image or folder> <repetitions>")
    exit(2)
}
let clock = ContinuousClock()
let times = try (0..<repetitions).map { _ in
    try clock.measure { _ = try ImageReader().read(URL(fileURLWithPath: words[1])) } / .seconds(1)
}
print("{\"seconds\": \(times)}")
