#pragma once

#include <string>

#include "Format.hpp"

/// Throws a Failure where the file holds fewer voxels than its header says. ITK's readers leave the missing ones zero, or do not notice.
///
/// Of a compressed file only the length noted at its end is compared, unless that cannot be (several gzip members); `verifyFile` reads it all.
void requireComplete(const std::string &path, Format format);

/// Decompresses the file and compares its checksum. Throws a Failure where it is truncated or corrupt.
void verifyFile(const std::string &path, Format format);
