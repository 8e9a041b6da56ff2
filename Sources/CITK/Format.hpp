#pragma once

#include <string>

#include "Headers.hpp"

enum class Format { nifti, meta, nrrd, dicom };

/// The format that the ending of `path` names; files with other endings can only be DICOM.
Format formatOf(const std::string &path);

/// What people call the format.
const char *nameOf(Format format);

/// ITK's reader and writer of the format, with its chatter turned off.
itk::ImageIOBase::Pointer makeIO(Format format);

bool endsWith(const std::string &text, const char *ending);

/// `text` in lower-case letters.
std::string lowercased(std::string text);
