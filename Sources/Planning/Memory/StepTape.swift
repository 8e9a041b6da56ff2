/// What autograd holds during a step: every operation notes which maps its backward pass needs, and `backward` gives them back one by one.
///
/// A replay with sizes in place of numbers; it follows libtorch's engine, which goes back strictly by falling order of creation.
package struct StepTape {
    package typealias Part = MemoryEstimate.Part

    /// A tensor with a place in the graph; views share a block.
    package struct Map {
        fileprivate let block: Int
        fileprivate let id: Int
        package let bytes: Int
    }

    /// What an operation's backward pass makes of the gradient that reaches it.
    package enum Gradient {
        /// A new tensor per input.
        case new
        /// The same tensor, or a view of it.
        case shared
    }

    private struct Block {
        let bytes: Int
        let part: Int
        var references: Int
    }

    private struct Node {
        let inputs: [Map]
        let output: Map
        let saved: [Int]
        let gradient: Gradient
        let scratch: Int
        let parameters: Int
    }

    package private(set) var ledger: AllocationLedger
    private var blocks: [Block] = []
    private var maps = 0
    private var nodes: [Node] = []

    package init(keepsBelow: Int) { ledger = AllocationLedger(keepsBelow: keepsBelow) }

    // MARK: Memory

    /// A tensor that somebody holds from now on.
    package mutating func make(_ bytes: Int, _ part: Part) -> Map {
        let block = take(bytes, part)
        maps += 1
        return Map(block: block, id: maps, bytes: bytes)
    }

    private mutating func take(_ bytes: Int, _ part: Part) -> Int {
        let index = AllocationLedger.index(part)
        ledger.take(bytes, index)
        blocks.append(Block(bytes: bytes, part: index, references: 1))
        return blocks.count - 1
    }

    private mutating func give(_ block: Int) {
        blocks[block].references -= 1
        if blocks[block].references == 0 { ledger.give(blocks[block].bytes, blocks[block].part) }
    }

    /// Whoever made `map` does not need it any more.
    package mutating func release(_ map: Map) { give(map.block) }

    /// Memory that is there only for a moment.
    package mutating func touch(_ bytes: Int, _ part: Part = .workspace) {
        let index = AllocationLedger.index(part)
        ledger.take(bytes, index)
        ledger.give(bytes, index)
    }

    // MARK: Graph

    /// A new tensor computed from `inputs`.
    ///
    /// - Parameters:
    ///   - saves: what the backward pass needs, of the inputs or made for the purpose.
    ///   - savesOutput: whether it needs the result.
    ///   - forward, backward: scratch memory of either pass.
    ///   - parameters: bytes of the gradients of weights that the backward pass leaves.
    package mutating func apply(
        _ inputs: [Map], bytes: Int, _ part: Part, saves: [Map] = [], savesOutput: Bool = false, gradient: Gradient = .new,
        forward: Int = 0, backward: Int = 0, parameters: Int = 0
    ) -> Map {
        let index = AllocationLedger.index(.workspace)
        ledger.take(forward, index)
        let output = make(bytes, part)
        ledger.give(forward, index)
        record(inputs, output, saves + (savesOutput ? [output] : []), gradient, backward, parameters)
        return output
    }

    /// The same tensor after an operation in place; the caller's hold goes over to the result.
    package mutating func applyInPlace(_ input: Map, backward: Int = 0) -> Map {
        maps += 1
        let output = Map(block: input.block, id: maps, bytes: input.bytes)
        record([input], output, [output], .new, backward, 0)
        return output
    }

    private mutating func record(
        _ inputs: [Map], _ output: Map, _ saves: [Map], _ gradient: Gradient, _ scratch: Int, _ parameters: Int
    ) {
        for map in saves { blocks[map.block].references += 1 }
        nodes.append(
            Node(
                inputs: inputs, output: output, saved: saves.map(\.block), gradient: gradient, scratch: scratch, parameters: parameters))
    }

    /// The whole backward pass from `roots`; returns the bytes of the gradients of weights, which stay.
    package mutating func backward(from roots: [Map]) -> Int {
        var gradients: [Int: Int] = [:]
        for root in roots { gradients[root.id] = take(root.bytes, .backward) }
        var parameters = 0
        let (workspace, weights) = (AllocationLedger.index(.workspace), AllocationLedger.index(.gradients))
        for node in nodes.reversed() {
            if let incoming = gradients.removeValue(forKey: node.output.id) {
                ledger.take(node.scratch, workspace)
                for input in node.inputs {
                    let outgoing: Int
                    if node.gradient == .shared {
                        outgoing = incoming
                        blocks[incoming].references += 1
                    } else {
                        outgoing = take(input.bytes, .backward)
                    }
                    // A second gradient of the same map is added to the first.
                    if let known = gradients.removeValue(forKey: input.id) { give(known) }
                    gradients[input.id] = outgoing
                }
                ledger.take(node.parameters, weights)
                parameters += node.parameters
                ledger.give(node.scratch, workspace)
                give(incoming)
            }
            for block in node.saved { give(block) }
        }
        for block in gradients.values { give(block) }
        nodes = []
        return parameters
    }

    /// Gradients of weights are dropped.
    package mutating func drop(gradients bytes: Int) { ledger.give(bytes, AllocationLedger.index(.gradients)) }
}
