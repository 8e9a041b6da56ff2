#pragma once

#include <cstdint>
#include <string>

/// Whether the file begins as gzip files do.
bool isGzip(const std::string &path);

/// Decompresses what stands in the file from `offset` on (gzip members or a zlib stream) and returns its length.
/// Throws a Failure where the data ends too early or a length or checksum is wrong.
uint64_t lengthOfCompressed(const std::string &path, uint64_t offset);

/// Writes `source` compressed to `target`, fast rather than small. Throws a Failure where the system refuses.
void compress(const std::string &source, const std::string &target);
