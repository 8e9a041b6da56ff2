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
        if let stride = try anchors.optionalInteger("stride"), stride != 1 {
            throw Problem(
                anchors.name("stride"), "is \(stride); anchors stand on every position of a map", remedy: "use 1, or leave it out")
        }
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
        try Self.check(plan)
        return plan
    }

    /// Only what can be overwritten is looked at: the plan itself was checked when it was read.
    private static func check(_ plan: Plan) throws {
        let levels = plan.architecture.decoderLevels.count
        let faults =
            plan.architecture.faults(dim: plan.dim).map { $0.within("plan_arch_overwrites") }
            + plan.anchors.faults(dim: plan.dim, levels: levels).map { $0.within("plan_anchors_overwrites") }
        guard let first = faults.first else { return }
        throw Problem("model_cfg.\(first.key)", first.problem, remedy: first.remedy)
    }
}

extension Configuration {
    /// `plan` as a network is built for it: with the overwrites of `model_cfg`, and as many channels as `augmentation.selected_data_channels` has.
    ///
    /// - Throws: `Problem` naming the key that does not fit the plan.
    public func overwriting(_ plan: Plan) throws -> Plan {
        var result = try planOverwrites.applied(to: plan)
        if planOverwrites.inChannels == nil {
            result.architecture.inChannels = try augmentation.channels(of: plan.architecture.inChannels).count
        }
        return result
    }
}
