import Foundation
import Support

/// How the pixels of a DICOM file are stored.
struct DICOMPixelFormat: Equatable, Sendable {
    let rows: Int
    let columns: Int
    let element: VoxelElement
    /// Bits that hold the value, counted from the lowest.
    let bitsStored: Int
    let isSigned: Bool

    var pixels: Int { rows * columns }
    var byteCount: Int { pixels * element.size }
}

/// One plane of pixels, and where it is.
struct DICOMFrame: Sendable {
    /// Index of the file in its series.
    let file: Int
    /// Index of the frame in the file.
    let frame: Int
    /// Centre of the first pixel (LPS, mm).
    let position: SIMD3<Double>
    /// Directions of the row (x) and the column (y).
    let row: SIMD3<Double>
    let column: SIMD3<Double>
    /// mm between columns (x) and between rows (y).
    let spacing: SIMD2<Double>
    let scaling: IntensityScaling
    let thickness: Double?
    let spacingBetweenSlices: Double?
}

extension DICOMFile {
    /// How the pixels are stored.
    ///
    /// - Throws: `Problem` naming the element that is missing or of a kind that is not read.
    func pixelFormat() throws -> DICOMPixelFormat {
        func short(_ tag: DICOMTag) throws -> Int {
            guard let value = dataSet.short(tag) else { throw Problem(url, "lacks \(tag.text)", remedy: "export the series again") }
            return value
        }
        let (rows, columns) = (try short(.rows), try short(.columns))
        guard rows > 0, columns > 0 else {
            throw Problem(url, "has \(rows) rows and \(columns) columns", remedy: "export the series again")
        }
        let samples = dataSet.short(.samplesPerPixel) ?? 1
        let photometric = self[.photometricInterpretation] ?? "MONOCHROME2"
        guard samples == 1, photometric == "MONOCHROME1" || photometric == "MONOCHROME2" else {
            throw Problem(
                url, "has colours: \(samples) values per pixel, \(DICOMTag.photometricInterpretation.text) is \(photometric)",
                remedy: "give an image with one value per voxel")
        }
        if dataSet.contains(.floatPixelData) {
            return DICOMPixelFormat(rows: rows, columns: columns, element: .float32, bitsStored: 32, isSigned: true)
        }
        if dataSet.contains(.doublePixelData) {
            return DICOMPixelFormat(rows: rows, columns: columns, element: .float64, bitsStored: 64, isSigned: true)
        }
        let allocated = try short(.bitsAllocated)
        let stored = dataSet.short(.bitsStored) ?? allocated
        let highBit = dataSet.short(.highBit) ?? stored - 1
        let isSigned = (dataSet.short(.pixelRepresentation) ?? 0) == 1
        let elements: [Int: VoxelElement] = isSigned ? [8: .int8, 16: .int16, 32: .int32] : [8: .uint8, 16: .uint16, 32: .uint32]
        guard let element = elements[allocated], (1...allocated).contains(stored), highBit == stored - 1 else {
            throw Problem(
                url, "stores pixels in a way that is not read: \(allocated) bits allocated, \(stored) stored, high bit \(highBit)",
                remedy: "store it uncompressed with 8, 16 or 32 bits")
        }
        return DICOMPixelFormat(rows: rows, columns: columns, element: element, bitsStored: stored, isSigned: isSigned)
    }

    /// The planes of the file.
    ///
    /// - Parameters:
    ///   - index: of the file in its series.
    ///   - policy: what is assumed where a spacing is missing.
    ///   - notices: texts on what is missing or unusual.
    /// - Throws: `Problem` naming the element that is missing or impossible.
    func frames(_ index: Int, _ policy: ReadingPolicy, _ notices: inout Set<String>) throws -> [DICOMFrame] {
        let count = try frameCount()
        let shared = dataSet.items(.sharedFunctionalGroups).first
        let perFrame = dataSet.items(.perFrameFunctionalGroups)
        guard perFrame.isEmpty || perFrame.count == count else {
            throw Problem(
                url, "describes \(perFrame.count) frames, \(DICOMTag.numberOfFrames.text) is \(count)", remedy: "export the series again")
        }
        guard count == 1 || !perFrame.isEmpty else {
            throw Problem(
                url, "holds \(count) frames and does not state where they are: lacks \(DICOMTag.perFrameFunctionalGroups.text)",
                remedy: "export the series as single slices")
        }
        if dataSet.contains(.modalityLUTSequence), !dataSet.items(.modalityLUTSequence).isEmpty {
            throw Problem(
                url, "its values need a look-up table, \(DICOMTag.modalityLUTSequence.text), which is not applied",
                remedy: "export the series with \(DICOMTag.rescaleSlope.text)")
        }
        if self[.photometricInterpretation] == "MONOCHROME1" {
            notices.insert("is displayed inverted (MONOCHROME1); its values are read as they are stored and rescaled")
        }
        return try (0..<count).map { frame in
            let source = FrameSource(file: self, shared: shared, own: frame < perFrame.count ? perFrame[frame] : nil)
            return try source.frame(index, frame, policy, &notices)
        }
    }

    private func frameCount() throws -> Int {
        guard let text = self[.numberOfFrames] else { return 1 }
        guard let count = Int(text), count > 0, count <= 1 << 20 else {
            throw Problem(
                url, "its header states \(text.prefix(20)) frames, \(DICOMTag.numberOfFrames.text)", remedy: "export the series again")
        }
        return count
    }
}

/// Where the attributes of one frame are looked for: its own functional groups, the shared ones, the data set.
private struct FrameSource {
    let file: DICOMFile
    let shared: DICOMDataSet?
    let own: DICOMDataSet?

    private func numbers(_ tag: DICOMTag, in sequence: DICOMTag) -> [Double]? {
        for group in [own, shared] {
            if let numbers = group?.items(sequence).first?.numbers(tag) { return numbers }
        }
        return file.dataSet.numbers(tag)
    }

    /// Whether the element is there at all, for messages.
    private func state(_ tag: DICOMTag, in sequence: DICOMTag) -> String {
        let places = [own?.items(sequence).first, shared?.items(sequence).first, file.dataSet]
        guard let text = places.lazy.compactMap({ $0?.text(tag) }).first else { return "lacks \(tag.text)" }
        return "has \(tag.text) \(text.prefix(40))"
    }

    func frame(_ index: Int, _ frame: Int, _ policy: ReadingPolicy, _ notices: inout Set<String>) throws -> DICOMFrame {
        guard let position = numbers(.position, in: .planePositionSequence), position.count == 3 else {
            throw Problem(file.url, state(.position, in: .planePositionSequence), remedy: "export the series with its geometry")
        }
        guard let cosines = numbers(.orientation, in: .planeOrientationSequence), cosines.count == 6 else {
            throw Problem(file.url, state(.orientation, in: .planeOrientationSequence), remedy: "export the series with its geometry")
        }
        var row = SIMD3(cosines[0], cosines[1], cosines[2])
        var column = SIMD3(cosines[3], cosines[4], cosines[5])
        guard abs(row.length - 1) < 1e-2, abs(column.length - 1) < 1e-2 else {
            throw Problem(
                file.url,
                "has \(DICOMTag.orientation.text) that are not unit vectors: lengths \(GridVectors.text(row.length)), \(GridVectors.text(column.length))",
                remedy: "export the series with its geometry")
        }
        row /= row.length
        column /= column.length
        return DICOMFrame(
            file: index, frame: frame, position: SIMD3(position[0], position[1], position[2]), row: row, column: column,
            spacing: try spacing(policy, &notices), scaling: try scaling(&notices),
            thickness: numbers(.sliceThickness, in: .pixelMeasuresSequence)?.first,
            spacingBetweenSlices: numbers(.spacingBetweenSlices, in: .pixelMeasuresSequence)?.first)
    }

    private func spacing(_ policy: ReadingPolicy, _ notices: inout Set<String>) throws -> SIMD2<Double> {
        if let values = numbers(.pixelSpacing, in: .pixelMeasuresSequence), values.count == 2, values[0] > 0, values[1] > 0 {
            // The first is between rows, along y.
            return SIMD2(values[1], values[0])
        }
        let state = state(.pixelSpacing, in: .pixelMeasuresSequence)
        guard let assumed = policy.assumedSpacing else {
            let imager =
                file[.imagerPixelSpacing].map { "; \(DICOMTag.imagerPixelSpacing.text) \($0.prefix(40)) is that of the detector" } ?? ""
            throw Problem(file.url, state + imager, remedy: "export the series with its geometry, or state it with --assume-spacing z,y,x")
        }
        notices.insert(
            "\(state); \(GridVectors.text(assumed[1])), \(GridVectors.text(assumed[2])) mm (y, x) are taken (--assume-spacing)")
        return SIMD2(assumed[2], assumed[1])
    }

    private func scaling(_ notices: inout Set<String>) throws -> IntensityScaling {
        let slope = numbers(.rescaleSlope, in: .pixelValueTransformationSequence)
        let intercept = numbers(.rescaleIntercept, in: .pixelValueTransformationSequence)
        for (tag, value) in [(DICOMTag.rescaleSlope, slope), (.rescaleIntercept, intercept)] {
            let state = state(tag, in: .pixelValueTransformationSequence)
            guard value == nil, state.hasPrefix("has") else { continue }
            throw Problem(file.url, "\(state), which is not a number", remedy: "export the series again")
        }
        if slope == nil, intercept == nil {
            if file[.modality] == "CT" { notices.insert("lacks \(DICOMTag.rescaleSlope.text) and RescaleIntercept: values are as stored") }
            return .none
        }
        if slope == nil || intercept == nil {
            notices.insert(
                "lacks \((slope == nil ? DICOMTag.rescaleSlope : .rescaleIntercept).text); \(slope == nil ? 1 : 0) is taken")
        }
        guard let first = (slope ?? [1]).first, first != 0, let second = (intercept ?? [0]).first else {
            throw Problem(file.url, "has \(DICOMTag.rescaleSlope.text) 0, which leaves one value", remedy: "export the series again")
        }
        return IntensityScaling(slope: first, intercept: second)
    }
}
