import Core
import Datasets
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Tables and annotations of raw data sets that contradict themselves.
@Suite struct RawTableTests {
    private func survey(_ name: String, _ files: [String: String], labels: String? = nil) throws -> DatasetSurvey {
        try withTemporaryFolder { folder in
            for (path, text) in files { try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent(path)) }
            let converter = try DatasetCatalogue.find(name, in: DatasetCatalogue.all)
            return try converter.survey(RawFolder(folder, of: converter.card, labels: labels.map(folder.appendingPathComponent)))
        }
    }

    private func session(_ roi: String) -> String {
        "<LidcReadMessage><ResponseHeader><SeriesInstanceUid>1.2</SeriesInstanceUid></ResponseHeader><readingSession><unblindedReadNodule>"
            + "<noduleID>1</noduleID><roi>\(roi)</roi></unblindedReadNodule></readingSession></LidcReadMessage>"
    }

    @Test(arguments: [
        (
            "<edgeMap><xCoord>3</xCoord><yCoord>4</yCoord></edgeMap><edgeMap><yCoord>5</yCoord></edgeMap>",
            "a point has no xCoord or no yCoord"
        ),
        ("<inclusion>no</inclusion>", "inclusion is 'no', it must be TRUE or FALSE"),
    ])
    func outlinesOfLIDC(roi: String, message: String) throws {
        let survey = try survey("lidc", ["LIDC-IDRI/a.xml": session(roi)])
        let item = try #require(survey.cases.first)
        #expect(CaseConversion.problems(of: item, ImageReader()).map(\.problem).contains { $0.contains(message) })
    }

    @Test func decimalCommasDoNotShiftColumns() {
        let table = "seriesuid,coordX,coordY,coordZ,diameter_mm\n1.2,1,5,2,3,4\n"
        #expect { try survey("luna16", ["annotations.csv": table, "subset0/1.2.mhd": ""]) } throws: {
            "\($0)".contains("annotations.csv line 2: has 6 cells, the first line has 5")
        }
    }

    @Test func correctedLabelsAreOneOfEachCase() {
        let files = ["raw/case_00000/imaging.nii.gz", "fixed/a/x.json", "fixed/a/x.nii.gz", "fixed/b/x.json", "fixed/b/x.nii.gz"]
        #expect { try survey("kits19", Dictionary(uniqueKeysWithValues: files.map { ($0, "") }), labels: "fixed") } throws: {
            "\($0)".contains("x.nii.gz: is of the same case as ")
        }
    }

    /// Records of conversions are passed on with the task.
    @Test func recordsNameFilesOfTheTaskAlone() throws {
        let files = ["imagesTr/a_0000.nii.gz", "../../x", "a/../x", "/etc/x", "imagesTr/..", "x", "a//b", "./x"]
        let text = #"{"formatVersion": 1, "format_version": 1, "key": "", "split": "Tr", "files": \#(files), "objects": {}, "notes": []}"#
        let record: Datasets.PreparedCase = try JSONFile.decode(from: Data(text.utf8), named: "a.json")
        #expect(record.ownFiles == ["imagesTr/a_0000.nii.gz"])
    }
}
