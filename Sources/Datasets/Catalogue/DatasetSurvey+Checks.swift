import Foundation
import Support

extension DatasetSurvey {
    /// Checks that each case that can be converted has files of its own in the task folder.
    ///
    /// - Throws: `Problem` of the folder `raw` where two cases have one id, or an id is no name of a file.
    public func checkIDs(_ raw: URL) throws {
        var known: Set<String> = []
        for id in cases.filter(\.isReadable).map(\.id).sorted() {
            let isName =
                !id.isEmpty && id.utf8.count <= 200 && !id.hasPrefix(".") && id.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x2F }
            guard isName else {
                throw Problem(
                    raw, "the case id \(String(reflecting: id.prefix(60))) cannot be part of the name of a file",
                    remedy: "rename or remove the case")
            }
            guard known.insert(id).inserted else {
                throw Problem(raw, "two cases have the id \(id)", remedy: "rename or remove one of them")
            }
        }
    }
}
