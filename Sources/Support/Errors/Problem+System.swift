import Foundation

extension Problem {
    /// The problem that `errno` tells of, with the advice that fits the common cases.
    public init(_ url: URL, doing action: String, errno code: Int32) {
        let remedy: String? =
            switch code {
            case ENOSPC, EDQUOT: "free some space or choose another folder; everything written before is intact"
            case EACCES, EPERM, EROFS: "check the permissions of the folder"
            case ENOENT: "check the path"
            default: nil
            }
        self.init(url, "cannot \(action): \(String(cString: strerror(code)))", remedy: remedy)
    }
}
