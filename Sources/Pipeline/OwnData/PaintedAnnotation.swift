import Imaging
import Preprocessing
import Support

extension OwnDataTask.Annotation {
    /// The objects of a case, painted.
    ///
    /// - Parameter cut: how many of them reach out of the image.
    /// - Throws: `Problem` naming an object that others cover.
    init(_ objects: [InstancePainting.Object], cut: Int, _ geometry: Geometry) throws {
        let painting = try InstancePainting(objects, shape: geometry.size)
        self.init(
            map: painting.map, classes: painting.classes,
            notes: [
                "objects reach out of their images and were cut": cut,
                "objects overlap smaller ones, which keep the voxels": painting.overlapped,
            ])
    }
}
