import Support

/// `model_cfg.plan_arch_overwrites` and `plan_anchors_overwrites`: values that replace the plan's.
public struct PlanOverwrites: Sendable, Equatable {
    public var startChannels: Int?
    public var maxChannels: Int?
    public var fpnChannels: Int?
    public var headChannels: Int?
    public var inChannels: Int?
    public var classifierClasses: Int?
    public var segClasses: Int?
    public var convKernels: [[Int]]?
    public var strides: [[Int]]?
    public var decoderLevels: [Int]?
    public var width: [[Double]]?
    public var height: [[Double]]?
    public var depth: [[Double]]?
    public var anchorStride: Int?

    public init() {}

    init(architecture: ConfigurationReader, anchors: ConfigurationReader) throws {
        func channels(_ key: String) throws -> Int? {
            try architecture.optionalInteger(key) == nil ? nil : architecture.integer(key, atLeast: 1)
        }
        startChannels = try channels("start_channels")
        maxChannels = try channels("max_channels")
        fpnChannels = try channels("fpn_channels")
        headChannels = try channels("head_channels")
        inChannels = try channels("in_channels")
        classifierClasses = try channels("classifier_classes")
        segClasses = try channels("seg_classes")
        convKernels = try architecture.optionalIntegerLists("conv_kernels")
        strides = try architecture.optionalIntegerLists("strides")
        decoderLevels = try architecture.optionalIntegers("decoder_levels")
        width = try anchors.optionalNumberLists("width")
        height = try anchors.optionalNumberLists("height")
        depth = try anchors.optionalNumberLists("depth")
        anchorStride = try anchors.optionalInteger("stride")
    }

    /// `plan` with these values in place of its own.
    ///
    /// - Throws: `Problem` naming the key whose length does not fit the rest of the architecture.
    public func applied(to plan: Plan) throws -> Plan {
        var plan = plan
        func replace<Value>(_ path: WritableKeyPath<Plan, Value>, _ value: Value?) {
            if let value { plan[keyPath: path] = value }
        }
        replace(\.architecture.startChannels, startChannels)
        replace(\.architecture.maxChannels, maxChannels)
        replace(\.architecture.fpnChannels, fpnChannels)
        replace(\.architecture.headChannels, headChannels)
        replace(\.architecture.inChannels, inChannels)
        replace(\.architecture.classifierClasses, classifierClasses)
        replace(\.architecture.segClasses, segClasses)
        replace(\.architecture.convKernels, convKernels)
        replace(\.architecture.strides, strides)
        replace(\.architecture.decoderLevels, decoderLevels)
        replace(\.anchors.width, width)
        replace(\.anchors.height, height)
        replace(\.anchors.depth, depth)
        replace(\.anchors.stride, anchorStride)
        try Self.check(plan)
        return plan
    }

    private static func check(_ plan: Plan) throws {
        let architecture = plan.architecture
        let resolutions = architecture.convKernels.count
        func expect(_ holds: Bool, _ key: String, _ what: String) throws {
            guard holds else { throw Problem("model_cfg.\(key)", what) }
        }
        try expect(
            architecture.strides.count == resolutions - 1, "plan_arch_overwrites.strides",
            "there must be one less than conv_kernels (\(resolutions))")
        try expect(
            (architecture.convKernels + architecture.strides).allSatisfy { $0.count == architecture.dim && $0.allSatisfy { $0 > 0 } },
            "plan_arch_overwrites.conv_kernels", "kernels and strides need \(architecture.dim) positive integers each")
        try expect(
            !architecture.decoderLevels.isEmpty && architecture.decoderLevels.allSatisfy { (0..<resolutions).contains($0) },
            "plan_arch_overwrites.decoder_levels", "must be resolutions from 0 to \(resolutions - 1)")
        let levels = architecture.decoderLevels.count
        for (key, sizes) in [("width", plan.anchors.width), ("height", plan.anchors.height), ("depth", plan.anchors.depth)] {
            guard key != "depth" || architecture.dim == 3 else { continue }
            try expect(
                sizes.count == levels && sizes.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 > 0 } }, "plan_anchors_overwrites.\(key)",
                "needs one list of positive sizes per decoder level (\(levels))")
        }
    }
}
