import Foundation
import Support

extension Splits {
    /// Checks the folds that a file names against the cases that there are.
    ///
    /// - Parameters:
    ///   - ids: the preprocessed cases.
    ///   - url: the file, for messages.
    /// - Throws: `Problem` where a fold cannot be trained, or where its scores would be wrong: an unknown case, one that is named twice or is in both
    ///   parts, a part without cases.
    public func check(ids: Set<String>, _ url: URL) throws {
        guard !folds.isEmpty else { throw Problem(url, "names no fold", remedy: "make it anew with 'nndet cv-split --overwrite'") }
        for (index, fold) in folds.enumerated() {
            let parts = [(fold.train, "training"), (fold.val, "validation"), (fold.test ?? [], "test")]
            var roles: [String: String] = [:]
            for (part, name) in parts {
                if part.isEmpty, name != "test" { throw Problem(url, "fold \(index) has no \(name) case", remedy: "give it some") }
                for id in part {
                    guard ids.contains(id) else {
                        throw Problem(
                            url, "fold \(index) names the case \(id), which is not among the preprocessed cases",
                            remedy: "run 'nndet prep' again, or delete the file to have it made anew")
                    }
                    guard let other = roles.updateValue(name, forKey: id) else { continue }
                    throw Problem(
                        url,
                        other == name
                            ? "fold \(index) names the case \(id) twice among its \(name) cases"
                            : "fold \(index) has \(id) among its \(other) and its \(name) cases: its scores would not mean what they say",
                        remedy: "name it once")
                }
            }
        }
    }

    /// What may be meant, but changes what scores of all folds stand for.
    ///
    /// - Parameters:
    ///   - ids: the preprocessed cases.
    ///   - url: the file, for messages.
    public func notices(ids: [String], _ url: URL) -> [String] {
        var notices: [String] = []
        if let (id, first, second) = sharedValidationCase {
            notices.append(
                "\(url.path): folds \(first) and \(second) both validate on \(id): they cannot be consolidated, which counts every case once"
            )
        }
        let used = Set(folds.flatMap { $0.train + $0.val + ($0.test ?? []) })
        let left = ids.filter { !used.contains($0) }
        if !left.isEmpty {
            let listed = left.prefix(5).joined(separator: ", ") + (left.count > 5 ? ", …" : "")
            notices.append("\(url.path): \(left.count) of \(ids.count) cases are in no fold and are not used: \(listed)")
        }
        return notices
    }

    /// A case that two folds validate on, with these folds.
    public var sharedValidationCase: (id: String, first: Int, second: Int)? {
        var owners: [String: Int] = [:]
        for (index, fold) in folds.enumerated() {
            for id in fold.val {
                if let owner = owners[id] { return (id, owner, index) }
                owners[id] = index
            }
        }
        return nil
    }

    private static func repeated(_ ids: [String]) -> String? {
        var seen: Set<String> = []
        return ids.first { !seen.insert($0).inserted }
    }
}
