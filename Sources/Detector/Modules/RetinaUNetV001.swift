extension DetectorModule {
    static let retinaUNetV001 = DetectorModule(
        name: "RetinaUNetV001", summary: "Retina U-Net: feature pyramid, anchor heads on its coarser maps, segmenter on the finest"
    ) { plan, configuration in
        try RetinaUNet(architecture: plan.architecture, anchors: plan.anchors, configuration: configuration)
    }
}
