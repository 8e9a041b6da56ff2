import Support

extension Configuration {
    /// The configuration that the Python original has stored with a model, as ours stores it: without the keys of its framework and the paths
    /// of its machine. Everything else stays, and is checked when it is read.
    ///
    /// - Throws: `Problem` naming a key that asks for Python code.
    package static func original(_ document: Document, named name: String) throws -> Document {
        guard case .map = document else { throw Problem(name, "is not a configuration") }
        if let imports = document["additional_imports"], imports != .null, imports != .list([]) {
            throw Problem(name, "'additional_imports' is \(imports.flow): Python modules have no counterpart here")
        }
        var result = document
        for key in ConfigurationKeys.refused.keys { result = result.removing(key.split(separator: ".").map(String.init)[...]) }
        // Where data and models lie, how the training went on, and its workers, are not the model's.
        for path in [["host"], ["train"], ["augment_cfg", "num_threads"]] { result = result.removing(path[...]) }
        if case .text(let splits)? = result.value(at: ["augment_cfg", "splits"]), splits.hasSuffix(".pkl") {
            result = result.setting(["augment_cfg", "splits"], to: .text(String(splits.dropLast(4))))
        }
        // The averaged weights, which the original calls last.
        if case .text("last")? = result.value(at: ["trainer_cfg", "sweep_ckpt"]) {
            result = result.setting(["trainer_cfg", "sweep_ckpt"], to: .text(Checkpoint.final.rawValue))
        }
        // The original lists a value here and uses another (spec 05); the second place repeats the first.
        return result.removing(["augmentation", "border_cval_seg"]).removing(["augment_cfg", "augmentation"])
    }
}

extension Configuration {
    /// The configuration without the keys that the chosen parts do not look at: the original's constructors refuse them.
    package var forOriginal: Document {
        modelCfg.idleKeys.reduce(document) { $0.removing($1.key.split(separator: ".").map(String.init)[...]) }
    }
}

extension Document {
    /// Without the value at `path`.
    fileprivate func removing(_ path: ArraySlice<String>) -> Document {
        guard case .map(var map) = self, let key = path.first else { return self }
        map[key] = path.count == 1 ? nil : map[key]?.removing(path.dropFirst())
        return .map(map)
    }
}
