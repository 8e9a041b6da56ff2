import Core
import Support

/// What is noticeable about the data of a task, though nothing that stops it: `preprocessed/analysis/quality.json` and `.md`.
public struct QualityReport: Codable, Sendable, Equatable {
    /// One image of a case.
    public struct ImageID: Codable, Sendable, Hashable {
        /// `Tr` or `Ts`.
        public var split: String
        public var caseID: String
        public var modality: Int

        enum CodingKeys: String, CodingKey {
            case split, modality
            case caseID = "case"
        }
    }

    /// Images with the same voxels.
    public struct Duplicate: Codable, Sendable, Equatable {
        public var images: [ImageID]
        /// What they lie on both sides of: `training and test`, `training and validation of fold 0`.
        public var across: [String]
    }

    /// A case that differs much from the others.
    public struct Outlier: Codable, Sendable, Equatable {
        public var caseID: String
        /// What is unusual, with its unit.
        public var property: String
        public var value: Double
        /// Of all cases.
        public var median: Double
        /// Distance from the median in robust standard deviations.
        public var deviations: Double

        enum CodingKeys: String, CodingKey {
            case property, value, median, deviations
            case caseID = "case"
        }
    }

    /// An object of which resampling leaves too little.
    public struct LostObject: Codable, Sendable, Equatable {
        public var plan: String
        public var caseID: String
        public var instance: Int
        public var label: Int
        /// What is left of it, 0 where it has vanished.
        public var voxels: Int

        enum CodingKeys: String, CodingKey {
            case plan, instance, voxels
            case caseID = "case"
            case label = "class"
        }
    }

    public struct ClassBalance: Codable, Sendable, Equatable {
        public var label: Int
        public var name: String
        public var objects: Int
        /// Cases with objects of this class.
        public var cases: Int
        /// Median volume of an object, mm³; nil without objects.
        public var medianVolume: Double?

        enum CodingKeys: String, CodingKey {
            case name, objects, cases
            case label = "class"
            case medianVolume = "median_volume_mm3"
        }
    }

    public var formatVersion = 1
    public var task: String
    public var cases: Int
    public var testCases: Int
    public var classes: [ClassBalance]
    public var casesWithoutObjects: [String]
    public var duplicates: [Duplicate]
    public var outliers: [Outlier]
    /// Objects with fewer voxels than `minimumVoxels` after resampling.
    public var lostObjects: [LostObject]
    /// Label files to which there is no image.
    public var labelsWithoutImage: [String]

    /// Objects smaller than this after resampling are hardly more than noise.
    public static let minimumVoxels = 3

    enum CodingKeys: String, CodingKey {
        case task, cases, classes, outliers
        case formatVersion = "format_version"
        case testCases = "test_cases"
        case casesWithoutObjects = "cases_without_objects"
        case duplicates = "identical_images"
        case lostObjects = "lost_objects"
        case labelsWithoutImage = "labels_without_image"
    }
}
