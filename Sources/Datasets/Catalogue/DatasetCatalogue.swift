import Support

/// The data sets that can be prepared.
public enum DatasetCatalogue {
    public static let all: [any DatasetConverter] = [
        Decathlon.liver,
        Decathlon.pancreas,
        Decathlon.hepaticVessel,
        Decathlon.colon,
        KiTS19(),
        LIDC(),
        LUNA16(),
        CADA(),
        ADAM(),
        RibFrac(),
        ProstateX(),
        LymphNodes(),
    ]

    /// The data set that `name` means: its name, its task, or the number of its task.
    ///
    /// - Parameters:
    ///   - name: as it was given; upper and lower case are the same.
    ///   - sets: those that are looked through.
    /// - Throws: `Problem` listing the names that there are.
    public static func find(_ name: String, in sets: [any DatasetConverter] = all) throws -> any DatasetConverter {
        let wanted = name.lowercased()
        let number = Int(wanted.hasPrefix("task") ? wanted.dropFirst(4) : wanted[...])
        let found = sets.first { converter in
            let card = converter.card
            if card.name == wanted || card.task.lowercased() == wanted { return true }
            return number != nil && Int(card.task.dropFirst(4).prefix { $0.isNumber }) == number
        }
        guard let found else {
            throw Problem(
                "data set '\(name)'", "is not known", remedy: "there are \(sets.map(\.card.name).joined(separator: ", "))")
        }
        return found
    }
}
