import Foundation

BundledFonts.useWhereNeeded()
exit(Program.run(CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
