import Foundation
import Imaging
import Support
import Testing

/// Grids from files of the program, which no image has.
@Suite struct GeometryFaultTests {
    private static let sound = Geometry(size: SIMD3(3, 4, 5), spacing: SIMD3(2, 1, 1))

    private static func changed(_ change: (inout Geometry) -> Void) -> Geometry {
        var geometry = sound
        change(&geometry)
        return geometry
    }

    @Test(arguments: [
        (changed { $0.size.x = 0 }, Geometry.Fault.Part.size), (changed { $0.size.y = -4 }, .size),
        (changed { $0.size.x = 1 << 62 }, .size),
        (changed { $0.size = SIMD3(repeating: 1 << 16) }, .size), (changed { $0.spacing.z = 0 }, .spacing),
        (changed { $0.spacing.x = .nan }, .spacing), (changed { $0.spacing.y = .infinity }, .spacing),
        (changed { $0.origin.z = .nan }, .origin), (changed { $0.direction = [1, 0, 0] }, .direction),
        (changed { $0.direction[4] = .infinity }, .direction),
    ])
    func areNamed(geometry: Geometry, part: Geometry.Fault.Part) {
        #expect(geometry.fault?.part == part)
    }

    @Test func gridsOfImages() {
        #expect(Self.sound.fault == nil && SIMD3(1, 1 << 20, 1 << 20).isGridSize)
        let url = URL(fileURLWithPath: "/a.npz")
        #expect(throws: Never.self) { try Self.sound.requireMemory(bytesPerVoxel: 4, for: url) }
        let large = Self.changed { $0.size = SIMD3(1 << 14, 1 << 14, 1 << 14) }
        #expect(throws: Problem.self) { try large.requireMemory(bytesPerVoxel: 8, for: url) }
    }
}
