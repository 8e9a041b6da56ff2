extension PlannerChoice {
    static let d3V001 = PlannerChoice(
        name: "D3V001", summary: "largest patch that fits the memory, anchors searched for the objects; a second plan for large objects"
    ) { PlannerConfiguration(dim: $0) }
}
