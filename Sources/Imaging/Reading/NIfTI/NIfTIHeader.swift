import Foundation
import Support

/// The fields of a NIfTI-1 or NIfTI-2 header that are used.
///
/// Headers are parsed here rather than by ITK 5.2, which reads NIfTI-1 only, replaces a spacing of 0 by 1, picks between contradicting forms
/// without saying so, and allocates what `dim` asks for before it looks at the size of the file.
struct NIfTIHeader {
    let url: URL
    /// 1 or 2.
    let version: Int
    let isBigEndian: Bool
    /// `dim[1]…`: voxels along x, y, z, time, …
    let dimensions: [Int]
    let dataType: Int
    /// `pixdim[0…3]`.
    let pixdim: [Double]
    let voxelOffset: Double
    let slope: Double
    let intercept: Double
    /// Of space alone.
    let units: Int
    let qformCode: Int
    let sformCode: Int
    /// b, c, d.
    let quaternion: SIMD3<Double>
    let quaternionOffset: SIMD3<Double>
    /// The rows of the sform, four numbers each.
    let sform: [[Double]]

    /// Bytes of the longest header.
    static let length = 540

    /// Parses the first bytes of a decompressed file.
    ///
    /// - Throws: `Problem` where they are not the header of a NIfTI file of one part.
    init(_ bytes: UnsafeRawBufferPointer, _ url: URL) throws {
        func load<Value: FixedWidthInteger>(_ offset: Int, _ isSwapped: Bool, as _: Value.Type = Value.self) -> Value {
            let value = bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
            return isSwapped ? value.byteSwapped : value
        }
        let notNIfTI = Problem(url, "is not a NIfTI image", remedy: "images are read from \(ImageFormat.remedy)")
        guard bytes.count >= 348 else { throw notNIfTI }
        let first = load(0, false, as: Int32.self)
        let (version, isSwapped): (Int, Bool)
        switch first {
        case 348: (version, isSwapped) = (1, false)
        case Int32(348).byteSwapped: (version, isSwapped) = (1, true)
        case 540: (version, isSwapped) = (2, false)
        case Int32(540).byteSwapped: (version, isSwapped) = (2, true)
        default: throw notNIfTI
        }
        guard version == 1 || bytes.count >= 540 else { throw notNIfTI }
        func short(_ offset: Int) -> Int { Int(load(offset, isSwapped, as: Int16.self)) }
        func word(_ offset: Int) -> Int { Int(load(offset, isSwapped, as: Int32.self)) }
        func long(_ offset: Int) -> Int { Int(load(offset, isSwapped, as: Int64.self)) }
        func float(_ offset: Int) -> Double { Double(Float(bitPattern: load(offset, isSwapped))) }
        func double(_ offset: Int) -> Double { Double(bitPattern: load(offset, isSwapped)) }
        let magic = bytes[(version == 1 ? 344 : 4)..<(version == 1 ? 348 : 8)]
        if magic.elementsEqual("ni\(version)\0".utf8) {
            throw Problem(url, "has its voxels in another file (.img)", remedy: "convert the pair to one .nii.gz file")
        }
        guard magic.elementsEqual("n+\(version)\0".utf8) else {
            throw Problem(
                url, "is not a NIfTI image: its magic number is not 'n+\(version)' (Analyze 7.5 states no orientation)",
                remedy: "convert it to NIfTI with a tool that knows where it comes from")
        }
        self.url = url
        self.version = version
        isBigEndian = isSwapped == (1.littleEndian == 1)
        let count = version == 1 ? short(40) : long(16)
        guard (1...7).contains(count) else {
            throw Problem(
                url, "its header gives an impossible number of dimensions, \(count) (dim[0])",
                remedy: "the header is damaged; export the image again")
        }
        if version == 1 {
            dimensions = (1...count).map { short(40 + 2 * $0) }
            dataType = short(70)
            pixdim = (0...3).map { float(76 + 4 * $0) }
            voxelOffset = float(108)
            (slope, intercept) = (float(112), float(116))
            units = Int(bytes[123]) & 7
            (qformCode, sformCode) = (short(252), short(254))
            quaternion = SIMD3(float(256), float(260), float(264))
            quaternionOffset = SIMD3(float(268), float(272), float(276))
            sform = (0..<3).map { row in (0..<4).map { float(280 + 16 * row + 4 * $0) } }
        } else {
            dimensions = (1...count).map { long(16 + 8 * $0) }
            dataType = short(12)
            pixdim = (0...3).map { double(104 + 8 * $0) }
            voxelOffset = Double(long(168))
            (slope, intercept) = (double(176), double(184))
            units = word(500) & 7
            (qformCode, sformCode) = (word(344), word(348))
            quaternion = SIMD3(double(352), double(360), double(368))
            quaternionOffset = SIMD3(double(376), double(384), double(392))
            sform = (0..<3).map { row in (0..<4).map { double(400 + 32 * row + 8 * $0) } }
        }
    }

    /// Checks the header.
    ///
    /// - Throws: `Problem` naming the field that is missing, impossible or contradicted.
    func checked(_ policy: ReadingPolicy) throws -> ImageHeader {
        let element = try element()
        try SizeCheck.require(dimensions, element: element, url, field: "dim")
        var sizes = dimensions
        while sizes.count > 3, sizes.last == 1 { sizes.removeLast() }
        if sizes.count == 4 {
            throw Problem(
                url, "has 4 dimensions, \(sizes[3]) images in time (dim[4])", remedy: "give one 3D image for each modality")
        }
        if sizes.count > 4 {
            throw Problem(
                url, "has \(sizes.count) dimensions and several values per voxel (dim[\(sizes.count)] is \(sizes[sizes.count - 1]))",
                remedy: "give one image with one value per voxel for each modality")
        }
        let isPlanar = dimensions.count == 2
        let size = SIMD3(sizes[0], sizes.count > 1 ? sizes[1] : 1, sizes.count > 2 ? sizes[2] : 1)
        var notices: [ImageNotice] = []
        let (grid, fields) = try grid(size, policy, isPlanar, &notices)
        let (geometry, found) = try grid.geometry(url, fields: fields, isPlanar: isPlanar)
        guard voxelOffset == 0 || voxelOffset >= (version == 1 ? 348 : 540), voxelOffset < 1e15, voxelOffset == voxelOffset.rounded() else {
            throw Problem(
                url, "its header gives an impossible place of its first voxel, byte \(GridVectors.text(voxelOffset)) (vox_offset)",
                remedy: "the header is damaged; export the image again")
        }
        // 0 means right behind the header and the four bytes that announce extensions.
        let offset = voxelOffset == 0 ? (version == 1 ? 352 : 544) : Int(voxelOffset)
        return ImageHeader(
            url: url, geometry: geometry, element: element, isBigEndian: isBigEndian, scaling: try scaling(&notices),
            location: VoxelLocation(header: url, encoding: .raw, pieces: [VoxelLocation.Piece(url: url, start: 0)], skip: offset),
            notices: notices + found)
    }

    private func element() throws -> VoxelElement {
        switch dataType {
        case 2: return .uint8
        case 4: return .int16
        case 8: return .int32
        case 16: return .float32
        case 64: return .float64
        case 256: return .int8
        case 512: return .uint16
        case 768: return .uint32
        case 1024: return .int64
        case 1280: return .uint64
        case 128, 2304:
            throw Problem(
                url, "has \(dataType == 128 ? 3 : 4) values per voxel (colours, datatype \(dataType))",
                remedy: "give one image with one value per voxel for each modality")
        case 32, 1792, 2048:
            throw Problem(
                url, "has complex numbers (datatype \(dataType))", remedy: "give one image with one value per voxel for each modality")
        default:
            throw Problem(
                url, "its header gives a voxel type that is not read, \(dataType) (datatype)",
                remedy: "store it as integers of up to 64 bits, float32 or float64")
        }
    }

    /// A slope of 0 means as stored; many programs write NaN for it.
    private func scaling(_ notices: inout [ImageNotice]) throws -> IntensityScaling {
        if slope == 0 || slope.isNaN {
            if intercept != 0, !intercept.isNaN {
                notices.append(
                    ImageNotice(
                        url,
                        "scl_slope is \(GridVectors.text(slope)), so that its values are as stored and scl_inter, \(GridVectors.text(intercept)), is ignored"
                    ))
            }
            return .none
        }
        guard slope.isFinite, intercept.isFinite else {
            throw Problem(
                url, "its values cannot be scaled: scl_slope is \(GridVectors.text(slope)), scl_inter is \(GridVectors.text(intercept))",
                remedy: "correct the header")
        }
        return IntensityScaling(slope: slope, intercept: intercept)
    }
}
