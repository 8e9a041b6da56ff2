#pragma once

#include <string>
#include <vector>

#include "Failure.hpp"
#include "Format.hpp"

/// A file, or the sorted files of a DICOM series, whose grid is known.
struct citk_image {
    Format format;
    std::vector<std::string> files;
    citk_grid grid;

    /// Voxels of one file.
    size_t voxelsPerFile() const;
};

/// ITK's reader of `path` after reading the header.
/// Throws a Failure where the file is missing, no image of the format, or not one of 2 or 3 dimensions with one value per voxel.
itk::ImageIOBase::Pointer readHeader(const std::string &path, Format format);

/// The grid as ITK's image reader reports it: missing axes filled up, negative spacings turned into directions.
citk_grid gridOf(itk::ImageIOBase &io);

citk_image *openFile(const std::string &path);
citk_image *openSeries(const std::string &folder);
void readVoxels(const citk_image &image, int32_t type, void *voxels);
void writeFile(const std::string &path, const citk_grid &grid, int32_t type, const void *voxels);
