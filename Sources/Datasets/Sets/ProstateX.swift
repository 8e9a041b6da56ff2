import Core
import Foundation
import Support

/// PROSTATEx: lesions of the prostate in MR, with the lesion masks of Cuocolo et al. (task 021).
struct ProstateX: DatasetConverter {
    let card = DatasetCard(
        name: "prostatex", task: "Task021_ProstateX", title: "PROSTATEx: lesions of the prostate in MR",
        home: "https://www.cancerimagingarchive.net/collection/prostatex (lesion masks: https://github.com/rcuocolo/PROSTATEx_masks)",
        parts: [
            RawPart("series", "PROSTATEx", "*/PROSTATEx"),
            RawPart("Ktrans", "ktrains", "ktrans", "ProstateXKtrains-train*", "*/ProstateXKtrains-train*"),
            RawPart(
                "findings", "ProstateX-TrainingLesionInformationv2/ProstateX-Findings-Train.csv",
                "ProstateX-TrainingLesionInformation*/ProstateX-Findings-Train.csv", "ProstateX-Findings-Train.csv"),
            // Later versions of the repository have a folder more.
            RawPart("list of images", "*PROSTATEx_masks*/Files/Image_list.csv", "*PROSTATEx_masks*/Files/lesions/Image_list.csv"),
            RawPart("masks", "*PROSTATEx_masks*/Files/Masks/T2", "*PROSTATEx_masks*/Files/lesions/Masks/T2"),
        ])

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        // Class 1 is the significant one; the original's description has the names the wrong way round.
        let info = DatasetInfo(
            task: card.task, labels: ["clinically_insignificant", "clinically_significant"], modalities: ["T2", "ADC", "PD-W", "Ktrans"],
            name: "ProstateX", testLabels: true)
        var survey = DatasetSurvey(info: info, cases: [], division: .heldOut)
        let masks = try Self.masks(raw.part("masks"))
        let findings = try ProstateXFindings(raw.part("findings"))
        let list = try ProstateXImageList(raw.part("list of images"))
        let (series, ktrans) = (try raw.part("series"), try raw.part("Ktrans"))
        guard masks.isEmpty || masks.keys.contains(where: { findings.significance[$0] != nil }) else {
            throw Problem(
                findings.url, "none of its ProxID is that of a mask, e.g. \(masks.keys.min() ?? "")",
                remedy: "take the findings of the training cases")
        }
        for (id, files) in masks.sorted(by: { $0.key < $1.key }) {
            do {
                survey.cases.append(try item(id, files, series, ktrans, findings, list))
            } catch let left as LeftOut {
                survey.skipped.append(SkippedCase(id: id, reason: left.reason))
            }
        }
        return survey
    }

    private func item(
        _ id: String, _ masks: [Int: URL], _ series: URL, _ ktrans: URL, _ findings: ProstateXFindings, _ list: ProstateXImageList
    ) throws -> DatasetCase {
        guard let significance = findings.significance[id] else { throw LeftOut("is not in \(findings.url.lastPathComponent)") }
        let (t2, adc) = try list.series(of: id)
        let study = try Self.study(of: id, in: series.appendingPathComponent(id, isDirectory: true), t2: t2, adc: adc)
        let map = ktrans.appendingPathComponent("\(id)/\(id)-Ktrans.mhd")
        guard FileManager.default.fileExists(atPath: map.path) else { throw LeftOut("has no \(id)-Ktrans.mhd") }
        let known = masks.sorted { $0.key < $1.key }.filter { significance[$0.key] != nil }
        if let stranger = masks.keys.sorted().first(where: { significance[$0] == nil }) {
            throw LeftOut("has a mask of finding \(stranger), which \(findings.url.lastPathComponent) does not list")
        }
        let unmarked = significance.keys.filter { masks[$0] == nil }.sorted()
        return DatasetCase(
            id: id, images: [.series(study.t2), .series(study.adc), .series(study.density), .file(map)],
            labels: MaskList(masks: known.map { (MaskFile($1, placement: .byVoxels), significance[$0] == true ? 1 : 0) }), resamples: true,
            notes: unmarked.isEmpty ? [] : ["findings without a mask: \(unmarked.map(String.init).joined(separator: ", "))"])
    }

    /// Masks of each case by the number of the finding: `ProstateX-0000-Finding1-t2_tse_tra0_ROI.nii.gz`.
    private static func masks(_ folder: URL) throws -> [String: [Int: URL]] {
        try FolderListing.files(below: folder, suffix: ".nii.gz").reduce(into: [:]) { masks, file in
            let name = file.lastPathComponent
            guard let match = name.firstMatch(of: /^(ProstateX-[0-9]+)-Finding([0-9]+)-/.ignoresCase()), let finding = Int(match.2) else {
                throw Problem(file, "is not named <case>-Finding<n>-…", remedy: "get the masks again")
            }
            if let other = masks[String(match.1), default: [:]].updateValue(file, forKey: finding) {
                throw Problem(file, "is of the same finding as \(other.lastPathComponent)", remedy: "remove one of the two")
            }
        }
    }

    /// Folders of the series of a case.
    private struct Study {
        let t2: URL
        let adc: URL
        let density: URL
    }

    /// Finds the study that holds both series; folders are called `<number>.<digits>-<description>-<digits>`.
    private static func study(of id: String, in folder: URL, t2: Int, adc: Int) throws -> Study {
        let studies = try FolderListing.folders(in: folder)
        guard !studies.isEmpty else { throw LeftOut("has no DICOM files in \(folder.deletingLastPathComponent().lastPathComponent)") }
        func find(_ number: Int, _ mark: String, in study: URL) throws -> URL? {
            try FolderListing.folders(in: study).first {
                $0.lastPathComponent.hasPrefix("\(number).") && $0.lastPathComponent.contains(mark)
            }
        }
        var found = try studies.compactMap { study -> (study: URL, t2: URL, adc: URL)? in
            guard let first = try find(t2, "t2", in: study), let second = try find(adc, "ADC", in: study) else { return nil }
            return (study, first, second)
        }
        // This case was examined twice; its masks are of the second time.
        if found.count > 1, id == "ProstateX-0025" { found = found.filter { $0.study.lastPathComponent.hasPrefix("10-28-2011") } }
        guard let match = found.first else { throw LeftOut("has no study with T2 series \(t2) and ADC series \(adc)") }
        guard found.count == 1 else { throw LeftOut("has \(found.count) studies with T2 series \(t2) and ADC series \(adc)") }
        guard let density = try FolderListing.folders(in: match.study).last(where: { $0.lastPathComponent.contains(" PD ") }) else {
            throw LeftOut("has no series of proton density")
        }
        return Study(t2: match.t2, adc: match.adc, density: density)
    }
}

/// `ProstateX-Findings-Train.csv`: which findings are clinically significant.
struct ProstateXFindings {
    let url: URL
    /// By case and number of the finding.
    private(set) var significance: [String: [Int: Bool]] = [:]

    /// - Throws: `Problem` where the table cannot be understood, or a finding is both.
    init(_ url: URL) throws {
        self.url = url
        let table = try DelimitedTable(url)
        let (id, finding, significant) = (try table.column("ProxID"), try table.column("fid"), try table.column("ClinSig"))
        for row in 0..<table.count {
            let number = try table.integer(row, finding)
            let text = table.text(row, significant)
            guard let value = ["true": true, "1": true, "false": false, "0": false][text.lowercased()] else {
                throw table.problem(row, "ClinSig is '\(text)', it must be TRUE or FALSE")
            }
            let name = table.text(row, id)
            if let other = significance[name, default: [:]].updateValue(value, forKey: number), other != value {
                throw table.problem(row, "finding \(number) of \(name) is significant in one line and not in another")
            }
        }
    }
}

/// `Image_list.csv` of the masks: the series that they were drawn on.
struct ProstateXImageList {
    /// Names of the images of each case.
    private let t2: [String: Set<String>]
    private let adc: [String: Set<String>]

    /// - Throws: `Problem` where a column is missing.
    init(_ url: URL) throws {
        let table = try DelimitedTable(url)
        func names(_ column: String) throws -> [String: Set<String>] {
            let place = try table.column(column)
            return (0..<table.count).reduce(into: [:]) { names, row in
                let name = table.text(row, place)
                if let match = name.firstMatch(of: /ProstateX-[0-9]+/.ignoresCase()) { names[String(match.0), default: []].insert(name) }
            }
        }
        t2 = try names("T2")
        adc = try names("ADC")
    }

    /// The numbers of the two series of a case.
    func series(of id: String) throws -> (t2: Int, adc: Int) {
        let first = try Self.number(t2[id] ?? [], "T2")
        // The list says 9, which is no ADC series.
        if id == "ProstateX-0113" { return (first, 10) }
        return (first, try Self.number(adc[id] ?? [], "ADC"))
    }

    /// `ProstateX-0000_t2_tse_tra_4.nii.gz` → 4, in later lists without the ending; the list has one "7a", which is series 7.
    private static func number(_ names: Set<String>, _ kind: String) throws -> Int {
        let numbers = Set(names.compactMap { $0.firstMatch(of: /_([0-9]+)a?(\.nii(\.gz)?)?$/).flatMap { Int($0.1) } })
        guard let number = numbers.first else { throw LeftOut("has no \(kind) series in Image_list.csv") }
        guard numbers.count == 1 else { throw LeftOut("has \(numbers.count) \(kind) series in Image_list.csv") }
        return number
    }
}
