import Foundation
import Support

/// Reads Python's pickles, protocols 0 to 5, as plain data.
///
/// Nothing is imported or run: the interpreter knows a fixed list of opcodes and of constructors (`PickleNames`), and refuses everything else
/// by its name. What a file makes it do is bounded: memory to a few times the size of the file, depth to `maximalDepth`.
public enum Pickle {
    /// Containers within containers that are read.
    public static let maximalDepth = 100

    /// Reads the pickle in the file at `url`.
    ///
    /// - Throws: `Problem` naming the file and what in it is damaged, refused or too large.
    public static func read(_ url: URL) throws -> PickledValue { try decode(Data.file(url), named: url.path) }

    /// Reads the pickle that `data` begins with; problems name `name`.
    public static func decode(_ data: Data, named name: String) throws -> PickledValue {
        var machine = PickleMachine(data, named: name)
        let root = try machine.run()
        return PickledValue(store: PickleStore(machine.heap, named: name), item: root)
    }
}
