import Foundation

exit(Program.run(CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
