#include <memory>
#include <vector>

#include "CITK.h"
#include "CITKABI.h"
#include "Completeness.hpp"
#include "Image.hpp"

namespace {

int32_t open(const char *path, citk_image **image, citk_grid *grid, char *message, size_t capacity) noexcept {
    return guarded("cannot be read", message, capacity, [&] {
        *image = openFile(path);
        *grid = (*image)->grid;
    });
}

int32_t openFolder(const char *folder, citk_image **image, citk_grid *grid, char *message, size_t capacity) noexcept {
    return guarded("cannot be read as a DICOM series", message, capacity, [&] {
        *image = openSeries(folder);
        *grid = (*image)->grid;
    });
}

int32_t read(citk_image *image, int32_t type, void *voxels, char *message, size_t capacity) noexcept {
    return guarded("its voxels cannot be read", message, capacity, [&] { readVoxels(*image, type, voxels); });
}

void close(citk_image *image) noexcept { delete image; }

int32_t verify(const char *path, char *message, size_t capacity) noexcept {
    return guarded("cannot be read", message, capacity, [&] {
        std::unique_ptr<citk_image> image(openFile(path));
        requireChecksums(path, image->format);
        std::vector<float> voxels(image->voxelsPerFile());
        readVoxels(*image, CITK_FLOAT32, voxels.data());
    });
}

int32_t write(const char *path, const citk_grid *grid, int32_t type, const void *voxels, char *message, size_t capacity) noexcept {
    return guarded("cannot be written", message, capacity, [&] { writeFile(path, *grid, type, voxels); });
}

const citk_table functions = {CITK_ABI_VERSION, open, openFolder, read, close, verify, write};

}  // namespace

const void *citk_table_of_functions(void) {
    // ITK registers its factories at the first object of each kind, which several threads must not make at once.
    try {
        for (Format format : {Format::nifti, Format::meta, Format::nrrd, Format::dicom}) makeIO(format);
    } catch (...) {
        // Told by the first call that needs it.
    }
    return &functions;
}
