import ArgumentParser
import Foundation
import Support

/// `nndet completion`.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print what makes a shell complete commands and options.",
        discussion: """
            'make install' puts it in place. By hand:

              nndet completion bash > ~/.local/share/bash-completion/completions/nndet
              nndet completion zsh > ~/.zfunc/_nndet         (a folder of fpath)
              nndet completion fish > ~/.config/fish/completions/nndet.fish
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var completions: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    func run() throws { print(NNDet.completionScript(for: shell.completions)) }
}

/// `nndet manual`.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Write manual pages, or the command line's reference.",
        discussion: "With --output, one page per command (nndet-prep.1, …) into a folder such as /usr/local/share/man/man1.")

    @Option(name: [.short, .long], help: "Folder for the manual pages.")
    var output: String?

    @Flag(help: "Print the whole command line as Markdown.")
    var reference = false

    func validate() throws {
        guard reference != (output != nil) else { throw ValidationError("give either --output or --reference") }
    }

    func run() throws {
        let program = try CommandDescription.program()
        guard let output else { return print(CommandReference(program: program).text, terminator: "") }
        let folder = URL(fileURLWithPath: output, isDirectory: true)
        for page in ManualPage.pages(of: program, version: Version.text) {
            try AtomicFile.write(Data(page.text.utf8), to: folder.appendingPathComponent(page.fileName))
        }
    }
}
