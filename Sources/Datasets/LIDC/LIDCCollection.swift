import Core
import Foundation
import Imaging
import Support

/// LIDC-IDRI as The Cancer Imaging Archive distributes it: DICOM series, and XML files beside them or in a folder of their own.
struct LIDCCollection {
    let folder: URL

    func survey(_ info: DatasetInfo) throws -> DatasetSurvey {
        var survey = DatasetSurvey(info: info, cases: [])
        let annotations = try annotations(&survey)
        let scans = try scans(&survey)
        guard scans.isEmpty || scans.contains(where: { annotations[$0.series] != nil }) else {
            throw Problem(
                folder, "holds \(annotations.count) XML files of scans and \(scans.count) CT series, of which none belong together",
                remedy: "get the annotations, LIDC-XML-only.zip, of the same collection")
        }
        var unread = Set(annotations.keys)
        for (patient, scans) in Dictionary(grouping: scans, by: \.patient).sorted(by: { $0.key < $1.key }) {
            // As in the original's list of cases: the number of the patient, and a letter for each of its scans.
            for (index, scan) in scans.enumerated() {
                let id = Self.caseID(patient, index)
                unread.remove(scan.series)
                if case .damaged = scan.image {
                    survey.cases.append(DatasetCase(id: id, images: [scan.image], labels: NoLabels()))
                } else if let annotation = annotations[scan.series] {
                    survey.cases.append(
                        DatasetCase(id: id, images: [scan.image], labels: LIDCContours(annotation: annotation, folder: scan.image.url)))
                } else {
                    survey.skipped.append(SkippedCase(id: id, reason: "has no XML file with annotations"))
                }
            }
        }
        if !unread.isEmpty { survey.notes.append("\(unread.count) XML files are of scans that are not there") }
        return survey
    }

    private struct Scan {
        let image: ImageSource
        let patient: String
        /// Empty where it cannot be read.
        let series: String
    }

    /// `LIDC-IDRI-0001` and 0 → `0001a`.
    private static func caseID(_ patient: String, _ index: Int) -> String {
        let letter = Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(min(index, 25))))
        return "\(patient.split(separator: "-").last.map(String.init) ?? patient)\(letter)"
    }

    /// The annotations of scans by series.
    private func annotations(_ survey: inout DatasetSurvey) throws -> [String: LIDCAnnotation] {
        var found: [String: LIDCAnnotation] = [:]
        var others = 0
        for file in try FolderListing.files(below: folder, suffix: ".xml") {
            let annotation: LIDCAnnotation
            do { annotation = try LIDCAnnotation(file) } catch let problem as Problem {
                // Which scan it belongs to is not known; it fails for itself.
                let name = file.deletingPathExtension().lastPathComponent
                survey.cases.append(DatasetCase(id: "annotations \(name)", images: [.damaged(file, problem)], labels: NoLabels()))
                continue
            }
            // Radiographs have annotations too.
            guard let series = annotation.series else {
                others += 1
                continue
            }
            // The same file may lie beside the images and in a folder of its own.
            if let other = found[series], other.raters != annotation.raters {
                throw Problem(file, "says other things of the scan than \(other.url.path)", remedy: "remove one of the two")
            }
            found[series] = annotation
        }
        if others > 0 { survey.notes.append("\(others) XML files are not of CT") }
        return found
    }

    /// The CT series, sorted by patient and folder.
    private func scans(_ survey: inout DatasetSurvey) throws -> [Scan] {
        var scans: [Scan] = []
        var others = 0
        for folder in try DICOMSeries.folders(below: folder) {
            guard let file = try DICOMSeries.firstFile(in: folder) else { continue }
            let header: DICOMFile
            do { header = try DICOMFile(file) } catch let problem as Problem {
                let patient = patientFolder(of: folder) ?? folder.lastPathComponent
                scans.append(Scan(image: .damaged(folder, problem), patient: patient, series: ""))
                continue
            }
            guard header[.modality] == "CT", let series = header[.series] else {
                others += 1
                continue
            }
            guard let patient = header[.patient].flatMap({ $0.isEmpty ? nil : $0 }) ?? patientFolder(of: folder) else {
                throw Problem(folder, "its files do not say of which patient they are", remedy: "get the series again")
            }
            scans.append(Scan(image: .series(folder), patient: patient, series: series))
        }
        if others > 0 { survey.notes.append("\(others) series are not of CT") }
        return scans
    }

    private func patientFolder(of folder: URL) -> String? { folder.pathComponents.last { $0.hasPrefix("LIDC-IDRI-") } }
}
