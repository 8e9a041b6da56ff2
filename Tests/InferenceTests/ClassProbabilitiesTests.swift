import Foundation
import Imaging
import Inference
import Support
import TestSupport
import Testing

@Suite struct ClassProbabilitiesTests {
    private let shape = SIMD3(1, 2, 2)

    private func volume(_ voxels: [Float]) -> Volume<Float> { Volume(shape: shape, voxels: voxels) }

    @Test func theHighestProbabilityWins() {
        let two = ClassProbabilities([volume([0.5, 0.2, 0.1, 0.3]), volume([0.3, 0.25, 0.1, 0.35])])
        // The background has 0.2, 0.55, 0.8 and 0.35: where it ties with a class, it wins.
        #expect(two.labels().voxels == [1, 0, 0, 0])
        #expect(two.foreground(above: 0.5).voxels == [1, 0, 0, 1])
        #expect(two.foreground(above: 0.4).voxels == [1, 1, 0, 1])
        #expect(two.foreground(above: 0.9).voxels == [0, 0, 0, 0])
        let one = ClassProbabilities([volume([0.51, 0.5, 0.49, 0])])
        #expect(one.labels().voxels == [1, 0, 0, 0] && one.foreground(above: 0.5) == one.labels())
    }

    @Test func filesKeepThemIn255ths() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let saved = ClassProbabilities([volume([0, 1, 0.5, 0.1]), volume([1, 0, 0.25, -0.1])])
            try saved.save("case", in: folder)
            let loaded = try ClassProbabilities.load("case", from: folder)
            #expect(loaded.volumes.count == 2 && loaded.shape == shape)
            for (a, b) in zip(loaded.volumes, saved.volumes) {
                for (mine, theirs) in zip(a.voxels, b.voxels) { #expect(abs(mine - max(theirs, 0)) <= 0.5 / 255 + 1e-6) }
            }
            let file = ClassProbabilities.file(of: "case", in: folder)
            try Data("damaged".utf8).write(to: file)
            #expect(throws: Problem.self) { try ClassProbabilities.load("case", from: folder) }
        }
    }
}
