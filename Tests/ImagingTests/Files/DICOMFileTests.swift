import Foundation
import Imaging
import Support
import TestSupport
import Testing

@Suite struct DICOMFileTests {
    private func slice(_ change: (inout DICOMFixture) -> Void = { _ in }) -> DICOMFixture {
        var slice = DICOMFixture(
            instance: "1.2.840.7.1", position: SIMD3(-10.5, 2, 1e-3), rows: 2, columns: 3, voxels: [1, 2, 3, 4, 5, 6])
        (slice.series, slice.study, slice.patient, slice.modality) = ("1.2.840.7", "1.2.840", "LIDC-IDRI-0001", "MR")
        change(&slice)
        return slice
    }

    @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
    func elementsAreFound(isImplicit: Bool, hasSequence: Bool) throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.dcm")
            try slice {
                $0.isImplicit = isImplicit
                $0.hasSequence = hasSequence
            }.write(to: file)
            let header = try DICOMFile(file)
            #expect(header[.instance] == "1.2.840.7.1" && header[.series] == "1.2.840.7" && header[.study] == "1.2.840")
            #expect(header[.patient] == "LIDC-IDRI-0001" && header[.modality] == "MR" && header.position == SIMD3(-10.5, 2, 1e-3))
        }
    }

    @Test func everyCutIsToldOrHarmless() throws {
        try withTemporaryFolder { folder in
            let whole = slice { $0.hasSequence = true }.data
            let file = folder.appendingPathComponent("a.dcm")
            for length in stride(from: 0, to: whole.count, by: 3) {
                try whole.prefix(length).write(to: file)
                // Cut behind what is looked for it is whole, before that it is a problem or lacks elements.
                if let header = try? DICOMFile(file) { #expect(header[.position] == nil || header[.series] != nil) }
            }
            for (text, told) in [("no DICOM", "is not a DICOM file"), (String(repeating: "x", count: 200), "is not a DICOM file")] {
                try Data(text.utf8).write(to: file)
                do {
                    _ = try DICOMFile(file)
                    Issue.record("read")
                } catch { #expect("\(error)".contains(told)) }
            }
        }
    }
}
