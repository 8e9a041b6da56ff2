import Foundation

/// Seconds that processors have worked, which other programs on the machine lengthen little.
public enum ProcessorTime {
    /// For all threads of this process.
    public static var process: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    /// For the calling thread.
    public static var thread: Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
