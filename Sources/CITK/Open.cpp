#include <cmath>
#include <cstring>
#include <mutex>
#include <sys/stat.h>

#include "Completeness.hpp"
#include "Compressed.hpp"
#include "Image.hpp"

size_t citk_image::voxelsPerFile() const {
    size_t count = 1;
    for (int axis = 0; axis < 3; axis++) count *= static_cast<size_t>(grid.size[axis]);
    return count / files.size();
}

static void requireFile(const std::string &path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) throw Failure(CITK_NOT_FOUND, "no such file");
    if (S_ISDIR(status.st_mode)) throw Failure(CITK_NOT_AN_IMAGE, "is a folder, an image file is needed here");
    if (status.st_size == 0) throw Failure(CITK_TRUNCATED, "is empty");
}

/// ITK 5.2 keeps the name of the NIfTI file that it read last in a string of the whole program, which two threads must not set at once.
static void readInformation(itk::ImageIOBase &io, Format format) {
    static std::mutex mutex;
    std::unique_lock<std::mutex> lock(mutex, std::defer_lock);
    // A failed assertion of GDCM jumps out of here and would leave the lock taken.
    if (format == Format::nifti) lock.lock();
    io.ReadImageInformation();
}

itk::ImageIOBase::Pointer readHeader(const std::string &path, Format format) {
    requireFile(path);
    const std::string notAnImage = std::string("is not a ") + nameOf(format) + " image";
    itk::ImageIOBase::Pointer io = makeIO(format);
    try {
        if (!io->CanReadFile(path.c_str())) throw Failure(CITK_NOT_AN_IMAGE, notAnImage);
        io->SetFileName(path);
        readInformation(*io, format);
    } catch (const Failure &) {
        if (format == Format::nifti && isGzip(path)) lengthOfCompressed(path, 0);  // says so where the damage is there
        throw;
    } catch (const std::exception &error) {
        if (std::strstr(error.what(), "orthonormal")) {
            throw Failure(CITK_UNSUPPORTED, "has axes that are not perpendicular to one another, resample it to a grid whose axes are");
        }
        throw Failure(CITK_NOT_AN_IMAGE, notAnImage + ", or its header is damaged");
    }
    unsigned dimensions = io->GetNumberOfDimensions();
    while (dimensions > 3 && io->GetDimensions(dimensions - 1) == 1) dimensions--;
    if (dimensions < 2 || dimensions > 3) {
        throw Failure(
            CITK_UNSUPPORTED,
            "has " + std::to_string(io->GetNumberOfDimensions()) + " dimensions, only images of 2 or 3 dimensions can be used");
    }
    if (io->GetNumberOfComponents() != 1) {
        throw Failure(
            CITK_UNSUPPORTED,
            "has " + std::to_string(io->GetNumberOfComponents()) + " values per voxel, only images with one value per voxel can be used");
    }
    for (unsigned axis = 0; axis < dimensions; axis++) {
        if (io->GetDimensions(axis) < 1) throw Failure(CITK_NOT_AN_IMAGE, notAnImage + ": a side has no voxels");
    }
    return io;
}

citk_grid gridOf(itk::ImageIOBase &io) {
    const unsigned inFile = io.GetNumberOfDimensions();
    const unsigned dimensions = inFile > 3 ? 3 : inFile;
    citk_grid grid = {};
    grid.dimension = static_cast<int32_t>(dimensions);
    for (unsigned axis = 0; axis < 3; axis++) {
        grid.size[axis] = 1;
        grid.spacing[axis] = 1;
        grid.direction[axis * 3 + axis] = 1;
    }
    for (unsigned axis = 0; axis < dimensions; axis++) {
        const double spacing = io.GetSpacing(axis);
        const double sign = spacing < 0 ? -1 : 1;
        // Like ITK's reader, an image cut down to fewer dimensions gets the default directions.
        const std::vector<double> cosines = inFile > 3 ? io.GetDefaultDirection(axis) : io.GetDirection(axis);
        grid.size[axis] = static_cast<int64_t>(io.GetDimensions(axis));
        grid.spacing[axis] = std::fabs(spacing);
        grid.origin[axis] = io.GetOrigin(axis);
        for (unsigned row = 0; row < dimensions; row++) grid.direction[row * 3 + axis] = sign * cosines[row];
    }
    return grid;
}

citk_image *openFile(const std::string &path) {
    const Format format = formatOf(path);
    itk::ImageIOBase::Pointer io = readHeader(path, format);
    requireSize(path, *io, format);
    return new citk_image{format, {path}, gridOf(*io)};
}
