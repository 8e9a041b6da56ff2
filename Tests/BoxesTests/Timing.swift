/// The shortest of three runs, in seconds, and the result.
func quickest<Result>(_ body: () -> Result) -> (seconds: Double, result: Result) {
    var best = Duration.seconds(1 << 30)
    var result = body()
    for _ in 0..<3 {
        let clock = ContinuousClock()
        best = min(best, clock.measure { result = body() })
    }
    return (Double(best.components.seconds) + Double(best.components.attoseconds) * 1e-18, result)
}
