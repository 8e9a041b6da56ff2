/// The elements of DICOM files that are used.
package enum DICOMTag: UInt32, Sendable, CaseIterable {
    case transferSyntax = 0x0002_0010
    case imageType = 0x0008_0008
    case sopClass = 0x0008_0016
    case instance = 0x0008_0018
    case modality = 0x0008_0060
    case patient = 0x0010_0020
    case sliceThickness = 0x0018_0050
    case spacingBetweenSlices = 0x0018_0088
    case gantryTilt = 0x0018_1120
    case imagerPixelSpacing = 0x0018_1164
    case study = 0x0020_000D
    case series = 0x0020_000E
    case instanceNumber = 0x0020_0013
    case position = 0x0020_0032
    case orientation = 0x0020_0037
    case frameContentSequence = 0x0020_9111
    case planePositionSequence = 0x0020_9113
    case planeOrientationSequence = 0x0020_9116
    case samplesPerPixel = 0x0028_0002
    case photometricInterpretation = 0x0028_0004
    case numberOfFrames = 0x0028_0008
    case rows = 0x0028_0010
    case columns = 0x0028_0011
    case pixelSpacing = 0x0028_0030
    case bitsAllocated = 0x0028_0100
    case bitsStored = 0x0028_0101
    case highBit = 0x0028_0102
    case pixelRepresentation = 0x0028_0103
    case rescaleIntercept = 0x0028_1052
    case rescaleSlope = 0x0028_1053
    case modalityLUTSequence = 0x0028_3000
    case pixelMeasuresSequence = 0x0028_9110
    case pixelValueTransformationSequence = 0x0028_9145
    case sharedFunctionalGroups = 0x5200_9229
    case perFrameFunctionalGroups = 0x5200_9230
    case floatPixelData = 0x7FE0_0008
    case doublePixelData = 0x7FE0_0009
    case pixelData = 0x7FE0_0010

    /// For messages: `PixelSpacing (0028,0030)`.
    var text: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        return "\(name) (\(padded.prefix(4)),\(padded.suffix(4)))"
    }

    private var name: String {
        switch self {
        case .position: "ImagePositionPatient"
        case .orientation: "ImageOrientationPatient"
        case .instance: "SOPInstanceUID"
        case .sopClass: "SOPClassUID"
        case .patient: "PatientID"
        case .study: "StudyInstanceUID"
        case .series: "SeriesInstanceUID"
        case .transferSyntax: "TransferSyntaxUID"
        case .gantryTilt: "GantryDetectorTilt"
        default: "\(self)".prefix(1).uppercased() + "\(self)".dropFirst()
        }
    }
}
