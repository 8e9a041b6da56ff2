import Support

extension Configuration {
    /// `planner_cfg`: what plans are made for.
    public struct PlannerOptions: Sendable, Equatable {
        /// How much memory training may take.
        public enum Memory: Sendable, Equatable {
            /// That of a GPU which is sold with so many gigabytes.
            case gigabytes(Double)
            /// That of the GPU that is present, else of this machine.
            case automatic
        }

        public var memory: Memory
        /// Longest step on a CPU, seconds; has an effect only with automatic memory.
        public var maxStepSeconds: Double

        static let defaultMaxStepSeconds = 20.0

        init(_ reader: ConfigurationReader) throws {
            let text = try reader.text("gpu_memory_gb")
            if text == "auto" {
                memory = .automatic
            } else {
                guard let value = Double(text), value > 0, value <= 10_000 else {
                    throw Problem(
                        reader.name("gpu_memory_gb"), "is '\(text)', it must be a positive number of gigabytes or auto",
                        remedy: "use e.g. 11, 24 or auto")
                }
                memory = .gigabytes(value)
            }
            maxStepSeconds = try reader.number("max_step_seconds", in: 0.001...1e6)
            guard memory == .automatic || maxStepSeconds == Self.defaultMaxStepSeconds else {
                throw Problem(
                    reader.name("max_step_seconds"), "has no effect beside \(reader.name("gpu_memory_gb"))=\(text)",
                    remedy: "add \(reader.name("gpu_memory_gb"))=auto, which plans for this machine")
            }
        }
    }
}
