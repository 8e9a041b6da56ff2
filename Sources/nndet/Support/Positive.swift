import ArgumentParser

/// - Throws: `ValidationError` where `value` is given and not positive.
func requirePositive(_ value: Int?, _ option: String) throws {
    guard let value, value <= 0 else { return }
    throw ValidationError("\(option) must be positive and is \(value)")
}
