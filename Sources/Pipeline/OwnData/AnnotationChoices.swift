import Imaging
import Preprocessing

/// What the coordinates of boxes are given in.
public typealias BoxCoordinates = Preprocessing.BoxCoordinates
/// How segments of 3D Slicer become objects.
public typealias SegmentMeaning = SlicerSegmentation.Meaning
