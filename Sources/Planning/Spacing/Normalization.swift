import Core

/// How the modalities are normalised (spec 03 §3).
package enum Normalization {
    /// Scheme of a modality: its name decides.
    package static func scheme(modality: String) -> String { modality == "CT" || modality == "CT2" ? modality : "nonCT" }

    /// Whether normalisation of a modality looks only inside the nonzero mask: where cropping took much away, but never for CT.
    package static func usesMask(modality: String, sizeReductions: [Double]) -> Bool {
        !modality.contains("CT") && Statistics.median(sizeReductions) < 0.75
    }
}
