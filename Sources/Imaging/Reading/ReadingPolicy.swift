import Support

/// What the user states about images whose files lack it or contradict themselves.
///
/// Nothing here changes how a complete and consistent file is read.
public struct ReadingPolicy: Sendable, Hashable, Codable {
    /// A transform of NIfTI headers.
    public enum NIfTIForm: String, Sendable, Hashable, Codable, CaseIterable { case qform, sform }

    /// Which form counts where the two place the image differently, or where the sform contradicts pixdim.
    public var preferredForm: NIfTIForm?
    /// Voxel size in mm along array axes 0, 1, 2 (z, y, x), taken where the file states none.
    public var assumedSpacing: SIMD3<Double>?
    /// Axis codes in the order x, y, z (`LPS`: the identity of ITK), taken where the file states no orientation.
    public var assumedOrientation: String?

    public init(preferredForm: NIfTIForm? = nil, assumedSpacing: SIMD3<Double>? = nil, assumedOrientation: String? = nil) {
        self.preferredForm = preferredForm
        self.assumedSpacing = assumedSpacing
        self.assumedOrientation = assumedOrientation
    }

    /// The policy with `other`'s statements where it makes some.
    public func merging(_ other: ReadingPolicy) -> ReadingPolicy {
        ReadingPolicy(
            preferredForm: other.preferredForm ?? preferredForm, assumedSpacing: other.assumedSpacing ?? assumedSpacing,
            assumedOrientation: other.assumedOrientation ?? assumedOrientation)
    }

    /// A spacing z, y, x in mm that a user states.
    ///
    /// - Throws: `Problem` named `name` where it is not three positive lengths.
    public static func spacing(_ numbers: [Double], named name: String) throws -> SIMD3<Double> {
        guard numbers.count == 3, numbers.allSatisfy({ $0.isFinite && $0 > 0 && $0 < 1000 }) else {
            throw Problem(name, "must be three lengths in mm: along z, y, x", remedy: "for example 3,0.7,0.7")
        }
        return SIMD3(numbers[0], numbers[1], numbers[2])
    }

    /// An orientation that a user states.
    ///
    /// - Throws: `Problem` named `name` where it is not one.
    public static func orientation(_ codes: String, named name: String) throws -> String {
        do { _ = try GridVectors(size: .one, codes: codes, spacing: .one) } catch let problem as Problem {
            throw Problem(name, problem.problem, remedy: problem.remedy)
        }
        return codes.uppercased()
    }

    /// The policy that decides nothing.
    public static let strict = ReadingPolicy()
}
