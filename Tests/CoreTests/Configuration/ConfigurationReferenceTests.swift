import Core
import Foundation
import TestSupport
import Testing

/// The table of keys that docs/reference shows.
@Suite struct ConfigurationReferenceTests {
    @Test func everyKeyIsThereWithItsDefaultAndMeaning() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let environment = Environment(dataFolder: folder, modelsFolder: folder)
            let document = try Configuration.compose(environment: environment).document
            let entries = try ConfigurationReference().entries
            let keys = document.leaves().map { $0.joined(separator: ".") }
            #expect(Set(entries.map(\.key)) == Set(keys), "\(Set(keys).symmetricDifference(entries.map(\.key)))")
            #expect(entries.count == Set(entries.map(\.key)).count)
            for entry in entries {
                #expect(!entry.meaning.isEmpty, "\(entry.key) is not explained in Sources/Core/Conf")
                #expect(document.value(at: entry.key.split(separator: ".").map(String.init))?.flow == entry.value, "\(entry.key)")
            }
        }
    }
}
