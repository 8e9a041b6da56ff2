import Core
import Foundation
import Inference
import Pickle
import Support

/// A plan of the Python original, `plan.pkl` or `plan_inference.pkl` (spec 03, 08), in our form.
public struct OriginalPlan: Sendable {
    public let plan: Plan
    /// What its sweep found; nil where it holds none.
    public let parameters: InferenceParameters?

    /// Reads the pickle at `url`.
    ///
    /// - Throws: `Problem` naming the key that is missing, unknown, or holds what has no counterpart here.
    public init(_ url: URL) throws { try self.init(Document(Pickle.read(url), named: url.path), named: url.path) }

    /// Takes the values of a plan; problems name `name`.
    public init(_ document: Document, named name: String) throws {
        guard case .map(var map) = document, map["architecture"] != nil else {
            throw Problem(name, "holds no plan: 'architecture' is missing", remedy: "give a folder of the Python nnDetection")
        }
        let parameters = map.removeValue(forKey: "inference_plan")
        let properties = map.removeValue(forKey: "dataset_properties")
        for key in ["dataloader_kwargs", "postprocessing"] {
            let value = map.removeValue(forKey: key) ?? .null
            guard value == .null || value == .map([:]) else {
                throw Problem(name, "'\(key)' is \(value.flow), which has no counterpart here")
            }
        }
        for key in ["normalization_schemes", "use_mask_for_norm"] { map[key] = try Self.list(map[key], key, name) }
        map["intensity_properties"] = try Self.intensities(properties, name)
        map["format_version"] = .integer(1)
        if map["trigger_lr1"] == nil { map["trigger_lr1"] = .bool(false) }
        map["anchors"] = try Self.anchors(map["anchors"], name)
        let keys = map.keys.sorted().map { ($0, map[$0] ?? .null) }
        try Self.check(keys, Plan.keys, "", name)
        if case .map(let architecture)? = map["architecture"] {
            try Self.check(
                architecture.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, Plan.Architecture.keys, "architecture.", name)
        }
        plan = try JSONFile.decode(from: JSONFile.encode(Document.map(map)), named: name)
        try plan.check(named: name)
        self.parameters = try parameters.map { try Self.parameters($0, name) }
    }

    /// Refuses keys that are not known: they may mean something.
    private static func check(_ entries: [(String, Document)], _ known: [String], _ path: String, _ name: String) throws {
        for (key, _) in entries where !known.contains(key) {
            throw Problem(
                name, "'\(path)\(key)' is no key of a plan that is known here", remedy: "remove it in Python if it has no meaning")
        }
    }

    /// The values of a map whose keys are the numbers 0, 1, 2, …
    private static func list(_ value: Document?, _ key: String, _ name: String) throws -> Document {
        guard let value else { throw Problem(name, "'\(key)' is missing") }
        guard case .map(let map) = value else { return value }
        return .list(
            try map.indices.enumerated().map { index, _ in
                guard let entry = map[String(index)] else { throw Problem(name, "'\(key)' has no entry \(index)") }
                return entry
            })
    }

    /// Statistics of the whole data set per modality, which our plans hold themselves.
    private static func intensities(_ properties: Document?, _ name: String) throws -> Document {
        guard let all = properties?["intensity_properties"] else {
            throw Problem(name, "'dataset_properties.intensity_properties' is missing")
        }
        guard case .list(let modalities) = try list(all, "dataset_properties.intensity_properties", name) else {
            throw Problem(name, "'dataset_properties.intensity_properties' is \(all.kind)")
        }
        return .list(
            modalities.map { modality in
                guard case .map(var map) = modality else { return modality }
                map["local_props"] = nil
                return .map(map)
            })
    }

    /// Sizes per level and axis; the original's other generator has no counterpart here.
    private static func anchors(_ value: Document?, _ name: String) throws -> Document {
        guard case .map(var map)? = value else { throw Problem(name, "'anchors' is missing") }
        for key in ["sizes", "aspect_ratios", "zsizes"] {
            let value = map.removeValue(forKey: key) ?? .null
            guard value == .null else {
                throw Problem(
                    name, "'anchors.\(key)' is set: anchors by aspect ratio have no counterpart here, only width, height and depth")
            }
        }
        try check(map.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, Plan.Anchors.keys, "anchors.", name)
        return .map(map)
    }

    private static func parameters(_ value: Document, _ name: String) throws -> InferenceParameters {
        guard case .map(let map) = value else { throw Problem(name, "'inference_plan' is \(value.kind)") }
        if let unknown = map.keys.sorted().first(where: { !InferenceParameters.keys.contains($0) }) {
            throw Problem(name, "'inference_plan.\(unknown)' has no counterpart here")
        }
        return try JSONFile.decode(from: JSONFile.encode(value), named: "\(name)[inference_plan]")
    }
}
