import Support

/// Where the time of an epoch goes.
struct EpochMeter {
    private let stream: any BatchStream
    private let loadedBefore: Double
    private let usedBefore = ProcessorTime.process
    private let clock = ContinuousClock()
    private let start = ContinuousClock.now
    private var waited = Duration.zero
    private var trained = Duration.zero
    private var images = 0
    private var steps = 0

    /// - Parameter stream: where the batches of the epoch come from.
    init(_ stream: any BatchStream) {
        self.stream = stream
        loadedBefore = stream.processorSeconds
    }

    /// Takes the time that `body` waits for a batch.
    mutating func waiting<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = clock.now
        defer { waited += clock.now - before }
        return try body()
    }

    /// Takes the time of a step on `images` images.
    mutating func step<Result>(images count: Int, _ body: () throws -> Result) rethrows -> Result {
        let before = clock.now
        defer { trained += clock.now - before }
        images += count
        steps += 1
        return try body()
    }

    /// Since the epoch began, validation included.
    var seconds: Double { (clock.now - start) / .seconds(1) }
    private var busy: Double { (waited + trained) / .seconds(1) }
    /// Of training, waiting included.
    var imagesPerSecond: Double { busy > 0 ? Double(images) / busy : 0 }
    /// Share of training's time that was spent waiting for batches.
    var waitingShare: Double { busy > 0 ? waited / .seconds(1) / busy : 0 }
    /// Processor time of loading and augmenting since the epoch began, as a share of all other processor time of the program.
    var loadingShare: Double {
        let loaded = stream.processorSeconds - loadedBefore
        let rest = ProcessorTime.process - usedBefore - loaded
        return rest > 0 ? loaded / rest : 0
    }

    /// Seconds of a step, waiting included.
    var secondsPerStep: Double { steps > 0 ? busy / Double(steps) : 0 }
}

/// How fast this start of a run goes through its iterations.
struct RunPace {
    private let start = ContinuousClock.now
    let first: Int
    let total: Int

    init(first: Int, total: Int) {
        self.first = first
        self.total = total
    }

    /// Seconds to the end of the run, as it went so far; nil before the first iteration.
    func secondsLeft(at iteration: Int) -> Double? {
        guard iteration > first else { return nil }
        return (ContinuousClock.now - start) / .seconds(1) / Double(iteration - first) * Double(total - iteration)
    }
}
