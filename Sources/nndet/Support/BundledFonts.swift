import Foundation

/// The font that an archive brings along, for systems that have none.
enum BundledFonts {
    /// Lets the library that finds fonts look at ours where the system has not configured any. To be called before any thread begins.
    static func useWhereNeeded() {
        guard getenv("FONTCONFIG_FILE") == nil, access("/etc/fonts/fonts.conf", R_OK) != 0 else { return }
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let file = program.deletingLastPathComponent().appendingPathComponent("share/nndetection/fonts/fonts.conf")
        if access(file.path, R_OK) == 0 { setenv("FONTCONFIG_FILE", file.path, 0) }
    }
}
