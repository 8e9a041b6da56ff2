import Foundation

extension Array where Element: BitwiseCopyable {
    /// An array of `count` elements, all of which `fill` writes; large ones lie in huge pages where the system has them.
    ///
    /// Volumes are written once from end to end: in pages of 4 KiB, most of the time would be taken by making them.
    ///
    /// - Throws: what `fill` throws.
    public init(count: Int, filledBy fill: (UnsafeMutableBufferPointer<Element>) throws -> Void) rethrows {
        try self.init(unsafeUninitializedCapacity: count) { buffer, initialized in
            let buffer = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            UnsafeMutableRawBufferPointer(buffer).adviseHugePages()
            try fill(buffer)
            initialized = count
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Asks the system for huge pages behind memory that is about to be written, if it has 4 MiB or more.
    public func adviseHugePages() {
        #if os(Linux)
            guard let baseAddress, count >= 4 << 20 else { return }
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            let start = (Int(bitPattern: baseAddress) + page - 1) / page * page
            let end = (Int(bitPattern: baseAddress) + count) / page * page
            _ = madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
        #endif
    }
}
