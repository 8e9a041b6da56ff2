import Support

extension Geometry {
    /// Letters for where each index axis leads, nearest of L/R, P/A, S/I; in ITK's order (x first), so "LPS" for the identity direction.
    ///
    /// Oblique grids get the nearest axes, each once: the largest cosine decides first.
    public var axisCodes: String {
        let letters = axisLetters
        return String([letters[2], letters[1], letters[0]])
    }

    /// The permutation and flips of the array axes that bring this grid to `codes`, to be given to `reoriented(axes:flips:)`.
    ///
    /// - Parameter codes: three letters in ITK's order (x first), one of each of L/R, P/A, S/I.
    /// - Throws: `Problem` where `codes` are no axis codes.
    public func axes(to codes: String) throws -> (axes: SIMD3<Int>, flips: [Bool]) {
        let wanted = Array(Array(codes.uppercased()).reversed())
        guard wanted.count == 3, Set(wanted.map(Self.line)) == [0, 1, 2] else {
            throw Problem("axis codes '\(codes)'", "must be three letters, one each of L/R, P/A and S/I", remedy: "for example LPS or RAS")
        }
        let letters = axisLetters
        var axes = SIMD3<Int>.zero
        var flips = [false, false, false]
        for axis in 0..<3 {
            for source in 0..<3 where Self.line(letters[source]) == Self.line(wanted[axis]) {
                axes[axis] = source
                flips[axis] = letters[source] != wanted[axis]
            }
        }
        return (axes, flips)
    }

    /// The letter of each array axis.
    private var axisLetters: [Character] {
        var letters: [Character] = ["?", "?", "?"]
        var (freeAxes, freeRows) = ([2, 1, 0], [0, 1, 2])
        while !freeAxes.isEmpty {
            var best = (axis: freeAxes[0], row: freeRows[0], cosine: 0.0)
            for axis in freeAxes {
                for row in freeRows where abs(directionOfAxis(axis)[row]) > abs(best.cosine) {
                    best = (axis, row, directionOfAxis(axis)[row])
                }
            }
            letters[best.axis] = (best.cosine < 0 ? ["R", "A", "I"] : ["L", "P", "S"])[best.row]
            freeAxes.removeAll { $0 == best.axis }
            freeRows.removeAll { $0 == best.row }
        }
        return letters
    }

    /// Which of the patient's axes a letter lies on; nil for other letters.
    private static func line(_ letter: Character) -> Int? {
        switch letter {
        case "L", "R": 0
        case "P", "A": 1
        case "S", "I": 2
        default: nil
        }
    }
}
