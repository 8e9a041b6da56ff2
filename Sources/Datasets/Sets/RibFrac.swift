import Core
import Foundation
import Support

/// RibFrac: fractures of the ribs (task 020, all kinds as one class).
struct RibFrac: DatasetConverter {
    let card = DatasetCard(
        name: "ribfrac", task: "Task020FG_RibFrac", title: "RibFrac: fractures of the ribs in CT",
        home: "https://ribfrac.grand-challenge.org",
        parts: [RawPart("tables", "ribfrac-*info*.csv", "*/ribfrac-*info*.csv")])

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        let info = DatasetInfo(task: card.task, labels: ["fracture"], modalities: ["CT"], name: "RibFracFG")
        _ = try raw.part("tables")
        let files = try FolderListing.files(below: raw.url)
        let tables = files.filter { $0.lastPathComponent.hasPrefix("ribfrac-") && $0.lastPathComponent.hasSuffix(".csv") }
        let fractures = try tables.reduce(into: [String: Listing]()) { all, table in
            try Self.read(table, into: &all)
        }
        let (imageSuffix, labelSuffix) = ("-image.nii.gz", "-label.nii.gz")
        var pairs = try FilePairs(
            images: files.filter { $0.lastPathComponent.hasSuffix(imageSuffix) }, imageSuffix: imageSuffix,
            labels: files.filter { $0.lastPathComponent.hasSuffix(labelSuffix) }, labelSuffix: labelSuffix)
        let names = tables.map(\.lastPathComponent).joined(separator: ", ")
        let cases = try pairs.cases { id, map in
            // A scan without a fracture has a line too.
            guard let listing = fractures[id] else { throw LeftOut("is not in \(names)") }
            return InstanceMask(map, classes: .listed(listing.classes, in: listing.table))
        }
        if cases.isEmpty, let first = pairs.paired.first {
            throw Problem(
                tables[0], "none of its public_id is that of an image; images are called \(first) and so on",
                remedy: "take the tables that belong to the images, ribfrac-train-info-1.csv, -2.csv and ribfrac-val-info.csv")
        }
        let strangers = Set(fractures.keys).subtracting(cases.map(\.id))
        let notes = strangers.isEmpty ? [] : ["\(strangers.count) scans of the tables are not there or have no labels"]
        return DatasetSurvey(info: info, cases: cases, skipped: pairs.skipped, notes: notes)
    }

    /// What a table says of one scan.
    private struct Listing {
        let table: URL
        /// Every fracture has class 0, whatever its kind.
        var classes: [Int: Int] = [:]
    }

    private static func read(_ url: URL, into all: inout [String: Listing]) throws {
        let table = try DelimitedTable(url)
        let (scan, label, code) = (try table.column("public_id"), try table.column("label_id"), try table.column("label_code"))
        for row in 0..<table.count {
            let (id, number, kind) = (table.text(row, scan), try table.integer(row, label), try table.integer(row, code))
            guard (-1...4).contains(kind) else { throw table.problem(row, "label_code is \(kind), the codes are −1 to 4") }
            var listing = all[id] ?? Listing(table: url)
            // Code 0 is the background.
            if kind != 0 { listing.classes[number] = 0 }
            all[id] = listing
        }
    }
}
