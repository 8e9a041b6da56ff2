// What augmentation and the loading of patches cost; README.md beside this file says what was measured.
//
//   AugmentationBenchmark patches <patch size> <configuration> <order 1 or 3> <samples>   one line of JSON, for compare.py
//   AugmentationBenchmark loading [<patch size>]                                            reading from files, threads, waiting
import Foundation

let words = Array(CommandLine.arguments.dropFirst())
func number(_ index: Int, or value: Int) -> Int { words.count > index ? Int(words[index]) ?? value : value }

switch words.first {
case "patches":
    try PatchRate(
        size: number(1, or: 96), configuration: words.count > 2 ? words[2] : "base_more", order: number(3, or: 3),
        samples: number(4, or: 20)
    ).run()
case "loading", nil:
    try Loading(patch: number(1, or: 128)).run()
default:
    print("usage: AugmentationBenchmark patches|loading …")
    exit(2)
}
