/// Which weights of a trained fold are meant, `--ckpt`.
public enum WeightsKind: String, Sendable, CaseIterable, Codable {
    /// Averaged over the last epochs: what the original calls `last`, and the default everywhere.
    case final
    /// As they were at the end of the last epoch.
    case last
    /// Of the epoch with the best validation score.
    case best
}
