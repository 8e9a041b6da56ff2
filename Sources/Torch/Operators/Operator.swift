/// The operators of libtorch's dispatcher that this program calls: name and overload.
///
/// A test resolves every one against the pinned libtorch.
public enum Operator: Int, CaseIterable, Sendable, CustomStringConvertible {
    case add, addScalar, sub, subScalar, rsubScalar, mul, mulScalar, div, divScalar, neg, abs, exp, log, sqrt, sigmoid, softmax, logSoftmax,
        logSigmoid
    case relu, reluInPlace, leakyRelu, pow, clamp, clampMin, clampMax, maximum, minimum, softplus
    case addInPlace, mulInPlace, mulScalarInPlace, addcmulInPlace, addcdivInPlace, copyInPlace, zeroInPlace, fillInPlace, lerpInPlace
    case divInPlace, divScalarInPlace, subInPlace, sqrtInPlace
    case eqScalar, neScalar, gtScalar, geScalar, ltScalar, leScalar, eq, gt, logicalAnd, logicalNot, whereSelf, isfinite
    case sum, sumDims, mean, meanDims, maxAll, maxDim, minAll, all, any, norm, topk, sort, argmax
    case reshape, permute, transpose, contiguous, flatten, unsqueeze, squeeze, cat, stack, narrow, select, index, indexSelect, indexPut,
        gather
    case scatterInPlace, nonzero, flip, expand, clone, detach, unbind
    case toDType, toDevice, empty, zeros, ones, full, rand, randn, arange, uniformInPlace, normalInPlace, randperm
    case conv2d, conv3d, convTranspose2d, convTranspose3d, instanceNorm, groupNorm, upsampleNearest3d, upsampleTrilinear3d
    case binaryCrossEntropyWithLogits, crossEntropy, smoothL1
    case foreachAdd, foreachMul, foreachNorm

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
        case .logSigmoid: ("log_sigmoid", "")
        case .relu: ("relu", "")
        case .reluInPlace: ("relu_", "")
        case .leakyRelu: ("leaky_relu", "")
        case .pow: ("pow", "Tensor_Scalar")
        case .clamp: ("clamp", "")
        case .clampMin: ("clamp_min", "")
        case .clampMax: ("clamp_max", "")
        case .maximum: ("maximum", "")
        case .minimum: ("minimum", "")
        case .softplus: ("softplus", "")
        case .addInPlace: ("add_", "Tensor")
        case .subInPlace: ("sub_", "Tensor")
        case .mulInPlace: ("mul_", "Tensor")
        case .mulScalarInPlace: ("mul_", "Scalar")
        case .divInPlace: ("div_", "Tensor")
        case .divScalarInPlace: ("div_", "Scalar")
        case .sqrtInPlace: ("sqrt_", "")
        case .addcmulInPlace: ("addcmul_", "")
        case .addcdivInPlace: ("addcdiv_", "")
        case .copyInPlace: ("copy_", "")
        case .zeroInPlace: ("zero_", "")
        case .fillInPlace: ("fill_", "Scalar")
        case .lerpInPlace: ("lerp_", "Scalar")
        case .eqScalar: ("eq", "Scalar")
        case .neScalar: ("ne", "Scalar")
        case .gtScalar: ("gt", "Scalar")
        case .geScalar: ("ge", "Scalar")
        case .ltScalar: ("lt", "Scalar")
        case .leScalar: ("le", "Scalar")
        case .eq: ("eq", "Tensor")
        case .gt: ("gt", "Tensor")
        case .logicalAnd: ("logical_and", "")
        case .logicalNot: ("logical_not", "")
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
        case .any: ("any", "")
        case .norm: ("norm", "Scalar")
        case .topk: ("topk", "")
        case .sort: ("sort", "")
        case .argmax: ("argmax", "")
        case .reshape: ("reshape", "")
        case .permute: ("permute", "")
        case .transpose: ("transpose", "int")
        case .contiguous: ("contiguous", "")
        case .flatten: ("flatten", "using_ints")
        case .unsqueeze: ("unsqueeze", "")
        case .squeeze: ("squeeze", "dim")
        case .cat: ("cat", "")
        case .stack: ("stack", "")
        case .narrow: ("narrow", "")
        case .select: ("select", "int")
        case .index: ("index", "Tensor")
        case .indexSelect: ("index_select", "")
        case .indexPut: ("index_put_", "")
        case .gather: ("gather", "")
        case .scatterInPlace: ("scatter_", "value")
        case .nonzero: ("nonzero", "")
        case .flip: ("flip", "")
        case .expand: ("expand", "")
        case .clone: ("clone", "")
        case .detach: ("detach", "")
        case .unbind: ("unbind", "int")
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
        case .randperm: ("randperm", "")
        case .conv2d: ("conv2d", "")
        case .conv3d: ("conv3d", "")
        case .convTranspose2d: ("conv_transpose2d", "input")
        case .convTranspose3d: ("conv_transpose3d", "input")
        case .instanceNorm: ("instance_norm", "")
        case .groupNorm: ("group_norm", "")
        case .upsampleNearest3d: ("upsample_nearest3d", "vec")
        case .upsampleTrilinear3d: ("upsample_trilinear3d", "vec")
        case .binaryCrossEntropyWithLogits: ("binary_cross_entropy_with_logits", "")
        case .crossEntropy: ("cross_entropy_loss", "")
        case .smoothL1: ("smooth_l1_loss", "")
        case .foreachAdd: ("_foreach_add_", "Scalar")
        case .foreachMul: ("_foreach_mul_", "Scalar")
        case .foreachNorm: ("_foreach_norm", "Scalar")
        }
    }

    /// The name with its namespace, e.g. `aten::add`.
    public var name: String { "aten::\(full.name)" }
    public var overload: String { full.overload }
    public var description: String { overload.isEmpty ? name : "\(name).\(overload)" }
}
