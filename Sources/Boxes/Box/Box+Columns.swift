extension Box {
    /// Columns of the smallest coordinates, axis 0 first, in rows of the original's order; centre deltas stand there too.
    public static func lowerColumns(dimension: Int) -> [Int] { dimension == 3 ? [0, 1, 4] : [0, 1] }

    /// Columns of the largest coordinates, axis 0 first, in rows of the original's order; size deltas stand there too.
    public static func upperColumns(dimension: Int) -> [Int] { dimension == 3 ? [2, 3, 5] : [2, 3] }
}
