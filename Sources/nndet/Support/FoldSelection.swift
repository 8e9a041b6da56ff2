import ArgumentParser

/// A fold by number; `consolidated` or −1 are the joined folds.
struct FoldSelection: ExpressibleByArgument, CustomStringConvertible {
    let index: Int

    static let consolidated = FoldSelection(index: -1)

    init(index: Int) { self.index = index }

    init?(argument: String) {
        if argument == "consolidated" {
            self = .consolidated
        } else {
            guard let index = Int(argument), index >= -1 else { return nil }
            self.index = index
        }
    }

    var description: String { index < 0 ? "consolidated" : "\(index)" }
    var defaultValueDescription: String { description }
}
