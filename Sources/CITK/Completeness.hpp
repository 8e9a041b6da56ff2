#pragma once

#include <string>

#include "Format.hpp"

/// Throws a Failure where the file holds fewer voxels than its header says: ITK's readers leave the missing ones zero, or do not notice.
///
/// Of a .nii.gz only the length noted at its end is compared, where it can be; `requireChecksums` reads it all.
/// Compressed MetaImages are read to their end, as ITK takes damaged ones for complete.
void requireComplete(const std::string &path, itk::ImageIOBase &io, Format format);

/// The part of it that looks at sizes alone: uncompressed MetaImages and DICOM files.
void requireSize(const std::string &path, itk::ImageIOBase &io, Format format);

/// Decompresses a NIfTI or NRRD file to its end and throws a Failure where a length or checksum is wrong.
void requireChecksums(const std::string &path, Format format);
