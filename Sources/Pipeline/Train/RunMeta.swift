import Foundation

/// `meta.json`: with what, where and on which data a run was trained.
struct RunMeta: Codable {
    var date: String?
    /// The release of libtorch.
    var torchVersion: String?
    var device: String?
    /// Key of the cases' content.
    var trainingData: String?
    /// Key of each case's content.
    var trainingCases: [String: String]?
    /// Of the program, where it runs from its checkout.
    var git: GitState?

    enum CodingKeys: String, CodingKey {
        case date, device, git
        case torchVersion = "torch_version"
        case trainingData = "training_data"
        case trainingCases = "training_cases"
    }
}
