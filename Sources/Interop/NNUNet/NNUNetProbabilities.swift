import Foundation
import Imaging
import Pickle
import Support

/// nnU-Net's probabilities of one case on the grid of its image: background, then every class. Outside of nnU-Net's crop all are 0.
public struct NNUNetProbabilities: Sendable {
    /// Background first.
    public let channels: [Volume<Float>]

    public init(channels: [Volume<Float>]) { self.channels = channels }

    /// Reads the mean of several predictions of one case.
    ///
    /// - Parameters:
    ///   - files: `.npz` of nnU-Net 1 (`softmax`, of the cropped image, with a `.pkl` beside it that tells the crop) or 2 (`probabilities`).
    ///   - classes: without background.
    ///   - shape: voxels of the image.
    /// - Throws: `Problem` naming the file that is missing, damaged, holds no probabilities, or does not fit the image or the number of classes.
    public static func read(_ files: [URL], classes: [Int], shape: SIMD3<Int>) throws -> NNUNetProbabilities {
        var sum: [Volume<Float>] = []
        for file in files {
            let prediction = try SoftmaxFile(file, shape: shape)
            let wanted = sum.isEmpty ? classes.map { $0 + 1 } : [sum.count]
            guard wanted.contains(prediction.channelCount) else {
                let expected = wanted.map(String.init).joined(separator: " or ")
                throw Problem(
                    file, "holds \(prediction.channelCount) classes with background, \(expected) are expected",
                    remedy: "check the task; networks trained on regions cannot be imported")
            }
            if sum.isEmpty { sum = (0..<prediction.channelCount).map { _ in Volume(shape: shape, filledWith: 0) } }
            for channel in sum.indices { try prediction.add(channel, to: &sum[channel]) }
        }
        if files.count > 1 {
            let factor = 1 / Float(files.count)
            for channel in sum.indices {
                sum[channel].voxels.withUnsafeMutableBufferPointer { values in for i in 0..<values.count { values[i] *= factor } }
            }
        }
        let probabilities = NNUNetProbabilities(channels: sum)
        if let file = files.first, !probabilities.areShares {
            throw Problem(
                file, "holds values that are no probabilities of classes: below 0, or of more than 1 together",
                remedy: "save probabilities, not logits; networks trained on regions cannot be imported")
        }
        return probabilities
    }

    /// Whether no channel is negative anywhere and all together never exceed 1, up to what half precision leaves. Outside of a crop all are 0.
    private var areShares: Bool {
        var total = [Float](repeating: 0, count: channels.first?.count ?? 0)
        for channel in channels {
            guard channel.voxels.allSatisfy({ $0 >= -0.01 }) else { return false }
            total.withUnsafeMutableBufferPointer { total in
                channel.voxels.withUnsafeBufferPointer { values in for i in total.indices { total[i] += values[i] } }
            }
        }
        return total.allSatisfy { $0 <= 1.02 }
    }
}

/// One file of nnU-Net's probabilities.
struct SoftmaxFile {
    private let url: URL
    private let array: NPYArray
    private let lower: SIMD3<Int>
    private let cropped: SIMD3<Int>
    private let shape: SIMD3<Int>

    var channelCount: Int { array.shape[0] }

    /// - Parameter shape: voxels of the image.
    init(_ url: URL, shape: SIMD3<Int>) throws {
        let arrays = try NPZ.read(url, only: ["softmax", "probabilities"])
        guard let array = arrays["probabilities"] ?? arrays["softmax"] else {
            throw Problem(
                url, "holds neither 'softmax' (nnU-Net 1) nor 'probabilities' (nnU-Net 2)",
                remedy: "let nnU-Net save them: --npz in training, --save_npz or --save_probabilities in prediction")
        }
        guard array.shape.count == 4, array.shape[0] > 1 else {
            throw Problem(url, "holds an array of shape \(array.shape), [classes, z, y, x] is needed")
        }
        let own = SIMD3(array.shape[1], array.shape[2], array.shape[3])
        var lower = SIMD3<Int>.zero
        if arrays["probabilities"] != nil {
            guard own == shape else {
                throw Problem(
                    url, "has probabilities of \(own.sizeText) voxels, the image of the task has \(shape.sizeText)",
                    remedy: "check that these are predictions of this task")
            }
        } else {
            let properties = try CropProperties(beside: url)
            if let size = properties.size, size != shape {
                throw Problem(
                    properties.url, "is of an image of \(size.sizeText) voxels, the image of the task has \(shape.sizeText)",
                    remedy: "check that these are predictions of this task")
            }
            lower = properties.lower
        }
        // As the original does, the crop is as large as the array, wherever the file says that it ends.
        guard (0..<3).allSatisfy({ own[$0] > 0 && own[$0] <= shape[$0] && (0...shape[$0] - own[$0]).contains(lower[$0]) }) else {
            throw Problem(
                url, "is of \(own.sizeText) voxels at \(lower.sizeText), the image of the task has \(shape.sizeText)",
                remedy: "check that these are predictions of this task")
        }
        self.url = url
        self.array = array
        self.lower = lower
        cropped = own
        self.shape = shape
    }

    /// Adds the probabilities of one class; values that are not finite are a problem.
    func add(_ channel: Int, to sum: inout Volume<Float>) throws {
        let count = cropped.x * cropped.y * cropped.z
        let values = array.floats(channel * count..<(channel + 1) * count)
        guard values.allSatisfy({ $0.isFinite }) else { throw Problem(url, "holds probabilities that are not numbers") }
        sum.voxels.withUnsafeMutableBufferPointer { target in
            values.withUnsafeBufferPointer { source in
                for i in 0..<cropped.x {
                    for j in 0..<cropped.y {
                        let from = (i * cropped.y + j) * cropped.z
                        let to = ((i + lower.x) * shape.y + j + lower.y) * shape.z + lower.z
                        for k in 0..<cropped.z { target[to + k] += source[from + k] }
                    }
                }
            }
        }
    }

}

/// What the `.pkl` of nnU-Net 1 tells of the crop that it predicted.
private struct CropProperties {
    let url: URL
    /// Voxels of the whole image.
    let size: SIMD3<Int>?
    let lower: SIMD3<Int>

    init(beside softmax: URL) throws {
        url = softmax.deletingPathExtension().appendingPathExtension("pkl")
        let properties = try Pickle.read(url)
        if let order = properties["regions_class_order"], case let content = try order.content(), !content.isNone {
            throw Problem(url, "is of a network trained on regions", remedy: "import networks trained on classes")
        }
        let size = try properties["original_size_of_raw_data"].flatMap { [url] in
            try Self.integers($0, "original_size_of_raw_data", of: url)
        }
        self.size = size.flatMap { $0.count == 3 ? SIMD3($0[0], $0[1], $0[2]) : nil }
        guard let crop = properties["crop_bbox"], case let content = try crop.content(), !content.isNone else {
            lower = .zero
            return
        }
        guard let numbers = try Self.integers(crop, "crop_bbox", of: url), numbers.count == 6 else {
            throw Problem(url, "holds no 'crop_bbox' of three ranges", remedy: "predict again with nnU-Net")
        }
        lower = SIMD3(numbers[0], numbers[2], numbers[4])
    }

    /// The whole numbers of an array, or of lists in lists, in their order; nil where there is anything else.
    private static func integers(_ value: PickledValue, _ key: String, of url: URL, depth: Int = 0) throws -> [Int]? {
        switch try value.content() {
        case .integer(let number): return [number]
        case .array(let array): return try array.exact(key: key, of: url)
        case .list(let items), .tuple(let items):
            guard depth < 3 else { return nil }
            let parts = try items.map { try integers($0, key, of: url, depth: depth + 1) }
            return parts.contains { $0 == nil } ? nil : parts.flatMap { $0 ?? [] }
        default: return nil
        }
    }
}

extension PickledValue.Content {
    fileprivate var isNone: Bool {
        if case .none = self { true } else { false }
    }
}
