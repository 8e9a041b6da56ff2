import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// A map that gives each voxel a class: connected voxels of one class become an object.
package struct SemanticMask: LabelSource {
    let mask: MaskFile
    let separation: InstanceSeparation

    /// Objects and stuff as the data set's description says.
    package init(_ url: URL, _ info: DatasetInfo) throws {
        mask = MaskFile(url)
        separation = try InstanceSeparation(info, named: info.task)
    }

    package var files: [URL] { [mask.url] }
    package var settings: String {
        "things \(separation.things) stuff \(separation.stuff) size \(separation.minSize) volume \(separation.minVolume)"
    }

    package func check(_ grid: Geometry, _ reader: ImageReader) throws { try mask.check(grid, reader) }

    package func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap {
        let (map, note) = try mask.read(on: grid, reader)
        let result: InstanceSeparation.Result
        do { result = try separation.separate(map, spacing: grid.spacing) } catch let problem as Problem {
            throw Problem(mask.url, "\(problem.subject) \(problem.problem)", remedy: "this is not the data set's file; get it again")
        }
        let dropped = result.dropped > 0 ? "\(result.dropped) objects of \(separation.minSize) mm or less were left out" : nil
        return ObjectMap(
            map: result.instances, classes: result.classes, stuff: result.stuff, semantic: map, notes: [note, dropped].compactMap { $0 })
    }
}
