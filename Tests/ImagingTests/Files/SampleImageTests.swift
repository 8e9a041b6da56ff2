import Foundation
import Imaging
import Support
import TestSupport
import Testing

private let sampleFolder = sharedFolder.appendingPathComponent("data/totalsegmentator")

/// Images of several scanners against what SimpleITK 2.5.7 (ITK 5.4) reports of them: numbers printed by
/// `scripts/reference/itk_reference.py ../shared/data/totalsegmentator`.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: sampleFolder.path)))
struct SampleImageTests {

    struct Reference: Sendable, CustomTestStringConvertible {
        let name: String
        /// ITK order.
        let size: SIMD3<Int>
        let spacing: SIMD3<Double>
        let origin: SIMD3<Double>
        let direction: [Double]
        let codes: String
        let sum: Double
        let weighted: Double

        var testDescription: String { name }
    }

    private static let turned: [Double] = [-1, 0, 0, 0, -1, 0, 0, 0, 1]

    static let references = [
        Reference(
            name: "aorta_ct_cropped.nii.gz", size: SIMD3(120, 126, 164), spacing: SIMD3(1.5, 1.5, 1.5),
            origin: SIMD3(-71.658203125, -255.658203125, 540.2000122070312), direction: Geometry.identity, codes: "LPS",
            sum: -497705824, weighted: -62603280679),
        Reference(
            name: "example_ct.nii.gz", size: SIMD3(122, 101, 112), spacing: SIMD3(3, 3, 3),
            origin: SIMD3(177.95632934570312, -11.319000244140625, 94.3017578125), direction: turned, codes: "RAS",
            sum: -496851173, weighted: -62629406556),
        Reference(
            name: "example_ct_sm.nii.gz", size: SIMD3(122, 101, 30), spacing: SIMD3(3, 3, 3),
            origin: SIMD3(177.95632934570312, -11.319000244140625, 94.3017578125), direction: turned, codes: "RAS",
            sum: -130894872, weighted: -16518684866),
        Reference(
            name: "example_mr_sm.nii.gz", size: SIMD3(117, 91, 20), spacing: SIMD3(3, 3, 3),
            origin: SIMD3(-168.59963989257812, -166.35943603515625, 28.989641189575195), direction: Geometry.identity, codes: "LPS",
            sum: 41238711, weighted: 5198712350),
        Reference(
            name: "example_seg.nii.gz", size: SIMD3(122, 101, 30), spacing: SIMD3(3, 3, 3),
            origin: SIMD3(177.95632934570312, -11.319000244140625, 94.3017578125), direction: turned, codes: "RAS",
            sum: 2734697, weighted: 344500023),
        Reference(
            name: "example_ct_dicom", size: SIMD3(512, 512, 20), spacing: SIMD3(0.9765625, 0.9765625, 2),
            origin: SIMD3(-249.51171875, -437.51171875, -804.5), direction: Geometry.identity, codes: "LPS",
            sum: -3272217339, weighted: -412319214123),
    ]

    @Test(arguments: references)
    func geometryAndVoxelsAreSimpleITKs(reference: Reference) throws {
        let file = sampleFolder.appendingPathComponent(reference.name)
        let isSeries = reference.name.hasSuffix("dicom")
        let image = try ImageReader().read(file)
        expectSame(image.geometry, reference)
        expectSame(image.volume.voxels.map(Double.init), reference)
        if !isSeries {
            expectSame(try ImageReader().geometry(file), reference)
            let labels = try ImageReader().readLabels(file)
            expectSame(labels.volume.voxels.map(Double.init), reference)
        }
    }

    private func expectSame(_ geometry: Geometry, _ reference: Reference) {
        #expect(geometry.size == SIMD3(reference.size.z, reference.size.y, reference.size.x))
        for axis in 0..<3 {
            #expect(abs(geometry.spacing[axis] - reference.spacing[2 - axis]) < 1e-9)
            #expect(abs(geometry.origin[axis] - reference.origin[axis]) < 1e-9)
        }
        for (mine, theirs) in zip(geometry.direction, reference.direction) { #expect(abs(mine - theirs) < 1e-9) }
        #expect(geometry.axisCodes == reference.codes)
    }

    private func expectSame(_ voxels: [Double], _ reference: Reference) {
        #expect(voxels.reduce(0, +) == reference.sum)
        #expect(voxels.enumerated().reduce(0.0) { $0 + $1.element * Double($1.offset % 251 + 1) } == reference.weighted)
    }

    @Test func aSeriesWithoutOneSliceIsRefused() throws {
        try withSeries { folder, slices in
            try FileManager.default.removeItem(at: slices[3])
            expectProblem(folder, containing: "not evenly spaced") { _ = try ImageReader().read(folder) }
        }
    }

    @Test(arguments: [300, 1000, 1777, 5000, 100_000])
    func aTruncatedSliceIsFoundAndNoIdentifierShown(length: Int) throws {
        try withSeries { folder, slices in
            let whole = try Data(contentsOf: slices[3])
            try whole.prefix(length).write(to: slices[3])
            var line = ""
            do { _ = try ImageReader().read(folder) } catch { line = "\(error)" }
            #expect(line.contains(folder.path), "\(line)")
            #expect(!line.contains("1.3.12") && !line.contains("\n"), "\(line)")
        }
    }

    @Test func aSliceAloneIsAnImageOfOneSlice() throws {
        try withSeries { _, slices in
            let size = try ImageReader().read(slices[0]).geometry.size
            #expect(size == SIMD3(1, 512, 512))
        }
    }

    /// A copy of the first eight slices.
    private func withSeries(_ body: (URL, [URL]) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let source = sampleFolder.appendingPathComponent("example_ct_dicom")
            let names = try FileManager.default.contentsOfDirectory(atPath: source.path).sorted().prefix(8)
            let slices = try names.map { name in
                let copy = folder.appendingPathComponent(name)
                try Data(contentsOf: source.appendingPathComponent(name)).write(to: copy)
                return copy
            }
            try body(folder, slices)
        }
    }
}

/// Expects `body` to throw a `Problem` of one line that names `url`.
func expectProblem(_ url: URL, containing text: String, _ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
    do {
        try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let problem as Problem {
        #expect(problem.subject == url.path, sourceLocation: sourceLocation)
        #expect(problem.problem.contains(text), "\(problem)", sourceLocation: sourceLocation)
        #expect(!problem.description.contains("\n"), sourceLocation: sourceLocation)
    } catch {
        Issue.record("not a Problem: \(error)", sourceLocation: sourceLocation)
    }
}
