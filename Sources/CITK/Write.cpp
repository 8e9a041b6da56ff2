#include <sys/stat.h>
#include <unistd.h>

#include "Compressed.hpp"
#include "Image.hpp"

namespace {

size_t bytesOf(int32_t type) {
    switch (type) {
    case CITK_UINT8: return 1;
    case CITK_INT16: return 2;
    default: return 4;
    }
}

itk::IOComponentEnum componentOf(int32_t type) {
    switch (type) {
    case CITK_UINT8: return itk::IOComponentEnum::UCHAR;
    case CITK_INT16: return itk::IOComponentEnum::SHORT;
    case CITK_INT32: return itk::IOComponentEnum::INT;
    case CITK_FLOAT32: return itk::IOComponentEnum::FLOAT;
    default: throw Failure(CITK_FAILED, "voxels can be written as uint8, int16, int32 and float32 only");
    }
}

/// Removes a file at the end of the scope.
struct Removal {
    const std::string path;
    ~Removal() { unlink(path.c_str()); }
};

}  // namespace

void writeFile(const std::string &path, const citk_grid &grid, int32_t type, const void *voxels) {
    const Format format = formatOf(path);
    const std::string name = lowercased(path);
    if (endsWith(name, ".nii.gz")) {
        // ITK 5.2 compresses NIfTI at zlib's default level, which takes ten times as long as its fastest.
        const Removal plain{path + ".plain.nii"};
        writeFile(plain.path, grid, type, voxels);
        compress(plain.path, path);
        return;
    }
    if (format == Format::dicom || endsWith(name, ".mhd") || endsWith(name, ".nhdr")) {
        throw Failure(CITK_UNSUPPORTED, "images are written as .nii.gz, .nii, .nrrd or .mha");
    }
    itk::ImageIOBase::Pointer io = makeIO(format);
    const unsigned dimensions = static_cast<unsigned>(grid.dimension);
    io->SetNumberOfDimensions(dimensions);
    itk::ImageIORegion region(dimensions);
    uint64_t needed = bytesOf(type);
    for (unsigned axis = 0; axis < dimensions; axis++) {
        io->SetDimensions(axis, static_cast<size_t>(grid.size[axis]));
        io->SetSpacing(axis, grid.spacing[axis]);
        io->SetOrigin(axis, grid.origin[axis]);
        std::vector<double> cosines;
        for (unsigned row = 0; row < dimensions; row++) cosines.push_back(grid.direction[row * 3 + axis]);
        io->SetDirection(axis, cosines);
        region.SetIndex(axis, 0);
        region.SetSize(axis, static_cast<size_t>(grid.size[axis]));
        needed *= static_cast<uint64_t>(grid.size[axis]);
    }
    io->SetComponentType(componentOf(type));
    io->SetPixelType(itk::IOPixelEnum::SCALAR);
    io->SetNumberOfComponents(1);
    io->SetFileName(path);
    io->SetUseCompression(false);
    io->SetIORegion(region);
    try {
        io->WriteImageInformation();
        io->Write(voxels);
    } catch (const std::exception &) {
        throw Failure(CITK_CANNOT_WRITE, "cannot be written");
    }
    // ITK's writers do not report a full disk; what lies there is compared with what was to be written.
    struct stat status;
    const bool present = stat(path.c_str(), &status) == 0;
    if (!present || static_cast<uint64_t>(status.st_size) < needed) {
        throw Failure(CITK_CANNOT_WRITE, "cannot be written completely: no space left?");
    }
}
