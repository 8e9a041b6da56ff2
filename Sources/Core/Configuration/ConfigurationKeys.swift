import Support

/// Which keys there are, which are refused, and which have nothing to change.
enum ConfigurationKeys {
    /// Keys that existed only in the original's framework, with what to use instead.
    static let refused: [String: String] = [
        "trainer_cfg.amp_backend": "use trainer_cfg.precision",
        "trainer_cfg.amp_level": "use trainer_cfg.precision",
        "trainer_cfg.plugins": "there is no Lightning here; remove it",
        "trainer_cfg.accelerator": "use trainer_cfg.gpus",
        "train.val_test": "it never had an effect; remove it",
        "predictor": "it never had an effect; remove it",
        "host.network_training_output_dir": "use host.parent_results",
        "augment_cfg.dataloader_kwargs.memmap_mode": "arrays are always mapped and never changed; remove it",
        "additional_imports": "Python modules cannot be loaded; write a Swift program that uses the library Pipeline",
    ]

    /// Refuses `key` where the original's framework alone knew it.
    static func checkRefused(_ key: String) throws {
        for (refused, remedy) in refused where key == refused || key.hasPrefix(refused + ".") {
            throw Problem(refused, "this key of the original does not exist here", remedy: remedy)
        }
    }

    /// A key that has nothing to change here.
    struct WithoutEffect {
        let key: String
        /// The value that says what is done anyway, where that is not the default.
        var truth: Document?
        let reason: String
    }

    /// Keys that change nothing, and why: accepted with their default, or with what is done anyway.
    static let withoutEffect = [
        WithoutEffect(key: "host.data_dir", reason: "nothing is read from it, set host.parent_data"),
        WithoutEffect(key: "host.raw_output_dir", reason: "nothing is written to it, set host.prep_dir"),
        WithoutEffect(key: "model_cfg.encoder_kwargs", reason: "the encoder is the plan's, set model_cfg.plan_arch_overwrites"),
        WithoutEffect(
            key: "model_cfg.head_kwargs", reason: "set head_classifier_kwargs, head_regressor_kwargs or head_sampler_kwargs"),
        WithoutEffect(
            key: "inference_kwargs.ensemble_on_device", truth: .bool(false),
            reason: "boxes are joined on the processor, wherever the network runs"),
        WithoutEffect(key: "inference_kwargs.tile_keys", truth: .list([.text("data")]), reason: "a case has one array, data"),
        WithoutEffect(key: "inference_kwargs.model_keys", truth: .list([.text("data")]), reason: "a case has one array, data"),
    ]

    /// Refuses keys that are not among `known`, naming the nearest that is.
    static func check(_ document: Document, known: ConfigurationReader.Known) throws {
        for key in document.leaves().map({ $0.joined(separator: ".") }) {
            try checkRefused(key)
            guard !known.keys.contains(key), !known.free.contains(where: { key == $0 || key.hasPrefix($0 + ".") }) else { continue }
            throw unknown(key, among: known.keys)
        }
    }

    /// The problem of a key that does not exist.
    static func unknown(_ key: String, among known: Set<String>) -> Problem {
        func split(_ key: String) -> (parent: String, name: String) {
            guard let dot = key.lastIndex(of: ".") else { return ("", key) }
            return (String(key[..<dot]), String(key[key.index(after: dot)...]))
        }
        let mine = split(key)
        func distance(_ other: String) -> Int {
            let theirs = split(other)
            // A key of the same part is nearer than a like name elsewhere.
            return min(
                EditDistance.between(key, other), EditDistance.between(mine.name, theirs.name) + (mine.parent == theirs.parent ? 0 : 3))
        }
        let nearest = known.sorted().min { distance($0) < distance($1) }
        return Problem(key, "there is no such key", remedy: nearest.map { "did you mean \($0)?" })
    }

    /// Refuses `keys` of parts that were not chosen, where they differ from their default.
    static func checkIdle(_ keys: [(key: String, reason: String)], _ document: Document, defaults: Document) throws {
        for (key, reason) in keys {
            let path = key.split(separator: ".").map(String.init)
            guard document.value(at: path) != defaults.value(at: path) else { continue }
            throw Problem(
                key, "has no effect with \(reason)", remedy: "leave it at its default, \((defaults.value(at: path) ?? .null).flow)")
        }
    }

    /// Refuses keys without an effect that are neither at their default nor say what is done anyway.
    static func checkSupport(_ document: Document, defaults: Document) throws {
        for idle in withoutEffect {
            let path = idle.key.split(separator: ".").map(String.init)
            let value = document.value(at: path) ?? .null
            let usual = defaults.value(at: path) ?? .null
            guard value != usual, value != idle.truth else { continue }
            throw Problem(
                idle.key, "has no effect: \(idle.reason)",
                remedy: idle.truth.map { "remove it, or set what is done anyway, \($0.flow)" } ?? "leave it at its default, \(usual.flow)")
        }
    }
}

/// Levenshtein's distance, for suggestions.
package enum EditDistance {
    package static func between(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
