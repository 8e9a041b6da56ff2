/// The content of a file whose values must satisfy more than their types state; `JSONFile` checks it after decoding.
public protocol CheckedContent {
    /// - Throws: `Problem` that names `name`, the key and the fact that does not hold.
    func check(named name: String) throws
}
