/// The functions and classes that a pickle may name.
enum PickleNames {
    /// What a pickle may call; each gives plain data.
    enum Constructor {
        case dictionary, list, tuple, set, integer, number, bool, text, bytes, slice
        /// `_codecs.encode`: how old protocols write bytes.
        case encodedText
        case path
        case array, arrayScalar, elementType, arrayFromBuffer
        case tensor, parameter
    }

    private static let constructors: [String: Constructor] = {
        var table: [String: Constructor] = [
            "collections.OrderedDict": .dictionary, "collections.defaultdict": .dictionary, "_codecs.encode": .encodedText,
            // Lightning's dictionary of a model's settings.
            "pytorch_lightning.utilities.parsing.AttributeDict": .dictionary,
            "numpy.dtype": .elementType, "torch.Size": .tuple, "torch.device": .text,
            "torch._utils._rebuild_tensor": .tensor, "torch._utils._rebuild_tensor_v2": .tensor,
            "torch._utils._rebuild_parameter": .parameter,
        ]
        for module in ["builtins", "__builtin__"] {
            for (name, constructor) in [
                ("dict", Constructor.dictionary), ("list", .list), ("tuple", .tuple), ("set", .set), ("frozenset", .set), ("int", .integer),
                ("long", .integer), ("float", .number), ("bool", .bool), ("str", .text), ("unicode", .text), ("bytes", .bytes),
                ("bytearray", .bytes), ("slice", .slice),
            ] {
                table["\(module).\(name)"] = constructor
            }
        }
        for module in ["pathlib", "pathlib._local"] {
            for name in ["Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"] {
                table["\(module).\(name)"] = .path
            }
        }
        // NumPy 2 has an underscore more.
        for module in ["numpy.core", "numpy._core"] {
            table["\(module).multiarray._reconstruct"] = .array
            table["\(module).multiarray.scalar"] = .arrayScalar
            table["\(module).numeric._frombuffer"] = .arrayFromBuffer
        }
        return table
    }()

    /// Packages whose functions and classes may stand as names, never to be called.
    private static let named: Set<String> = ["nndet", "pytorch_lightning", "torch"]

    static func constructor(_ name: String) -> Constructor? { constructors[name] }

    static func isKnown(_ name: String) -> Bool {
        if constructors[name] != nil || name == "numpy.ndarray" { return true }
        guard let dot = name.firstIndex(of: ".") else { return false }
        return named.contains(String(name[..<dot]))
    }
}
