/// The operators of libtorch's dispatcher that this program calls: name and overload.
///
/// A test resolves every one against the pinned libtorch.
public enum Operator: Int, CaseIterable, Sendable, CustomStringConvertible {
    case add, addScalar, sub, subScalar, rsubScalar, mul, mulScalar, div, divScalar, neg, abs, exp, log, sqrt, sigmoid, softmax, logSoftmax
    case relu, reluInPlace, pow, clampMin, clampMax, maximum, minimum
    case addInPlace, mulScalarInPlace, addcmulInPlace, addcdivInPlace, copyInPlace, fillInPlace, lerpInPlace
    case eqScalar, gtScalar, geScalar, whereSelf, isfinite
    case sum, sumDims, mean, meanDims, maxAll, maxDim, minAll, all, norm, topk
    case reshape, permute, contiguous, asStrided, unsqueeze, squeeze, cat, stack, narrow, select, indexSelect, indexPut
    case flip, expand, clone, detach
    case toDType, toDevice, empty, zeros, ones, full, rand, randn, arange, uniformInPlace, normalInPlace
    case conv2d, conv3d, convTranspose2d, convTranspose3d, groupNorm, instanceNorm, upsampleNearest3d, upsampleTrilinear3d,
        upsampleNearest2d, upsampleBilinear2d
    case binaryCrossEntropyWithLogits, crossEntropy, smoothL1

    private var full: (name: String, overload: String) {
        switch self {
        case .add: ("add", "Tensor")
        case .addScalar: ("add", "Scalar")
        case .sub: ("sub", "Tensor")
        case .subScalar: ("sub", "Scalar")
        case .rsubScalar: ("rsub", "Scalar")
        case .mul: ("mul", "Tensor")
        case .mulScalar: ("mul", "Scalar")
        case .div: ("div", "Tensor")
        case .divScalar: ("div", "Scalar")
        case .neg: ("neg", "")
        case .abs: ("abs", "")
        case .exp: ("exp", "")
        case .log: ("log", "")
        case .sqrt: ("sqrt", "")
        case .sigmoid: ("sigmoid", "")
        case .softmax: ("softmax", "int")
        case .logSoftmax: ("log_softmax", "int")
        case .relu: ("relu", "")
        case .reluInPlace: ("relu_", "")
        case .pow: ("pow", "Tensor_Scalar")
        case .clampMin: ("clamp_min", "")
        case .clampMax: ("clamp_max", "")
        case .maximum: ("maximum", "")
        case .minimum: ("minimum", "")
        case .addInPlace: ("add_", "Tensor")
        case .mulScalarInPlace: ("mul_", "Scalar")
        case .addcmulInPlace: ("addcmul_", "")
        case .addcdivInPlace: ("addcdiv_", "")
        case .copyInPlace: ("copy_", "")
        case .fillInPlace: ("fill_", "Scalar")
        case .lerpInPlace: ("lerp_", "Scalar")
        case .eqScalar: ("eq", "Scalar")
        case .gtScalar: ("gt", "Scalar")
        case .geScalar: ("ge", "Scalar")
        case .whereSelf: ("where", "self")
        case .isfinite: ("isfinite", "")
        case .sum: ("sum", "")
        case .sumDims: ("sum", "dim_IntList")
        case .mean: ("mean", "")
        case .meanDims: ("mean", "dim")
        case .maxAll: ("max", "")
        case .maxDim: ("max", "dim")
        case .minAll: ("min", "")
        case .all: ("all", "")
        case .norm: ("norm", "Scalar")
        case .topk: ("topk", "")
        case .reshape: ("reshape", "")
        case .permute: ("permute", "")
        case .contiguous: ("contiguous", "")
        case .asStrided: ("as_strided", "")
        case .unsqueeze: ("unsqueeze", "")
        case .squeeze: ("squeeze", "dim")
        case .cat: ("cat", "")
        case .stack: ("stack", "")
        case .narrow: ("narrow", "")
        case .select: ("select", "int")
        case .indexSelect: ("index_select", "")
        case .indexPut: ("index_put_", "")
        case .flip: ("flip", "")
        case .expand: ("expand", "")
        case .clone: ("clone", "")
        case .detach: ("detach", "")
        case .toDType: ("to", "dtype")
        case .toDevice: ("to", "device")
        case .empty: ("empty", "memory_format")
        case .zeros: ("zeros", "")
        case .ones: ("ones", "")
        case .full: ("full", "")
        case .rand: ("rand", "")
        case .randn: ("randn", "")
        case .arange: ("arange", "")
        case .uniformInPlace: ("uniform_", "")
        case .normalInPlace: ("normal_", "")
        case .conv2d: ("conv2d", "")
        case .conv3d: ("conv3d", "")
        case .convTranspose2d: ("conv_transpose2d", "input")
        case .convTranspose3d: ("conv_transpose3d", "input")
        case .groupNorm: ("group_norm", "")
        case .instanceNorm: ("instance_norm", "")
        case .upsampleNearest3d: ("upsample_nearest3d", "vec")
        case .upsampleTrilinear3d: ("upsample_trilinear3d", "vec")
        case .upsampleNearest2d: ("upsample_nearest2d", "vec")
        case .upsampleBilinear2d: ("upsample_bilinear2d", "vec")
        case .binaryCrossEntropyWithLogits: ("binary_cross_entropy_with_logits", "")
        case .crossEntropy: ("cross_entropy_loss", "")
        case .smoothL1: ("smooth_l1_loss", "")
        }
    }

    /// The name with its namespace, e.g. `aten::add`.
    public var name: String { "aten::\(full.name)" }
    public var overload: String { full.overload }
    public var description: String { overload.isEmpty ? name : "\(name).\(overload)" }
}
