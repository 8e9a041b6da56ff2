#include <cmath>
#include <memory>
#include <sys/stat.h>

#include "Image.hpp"

namespace {

/// Distance between two positions, mm.
double distance(const double *a, const double *b) {
    return std::sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

std::vector<std::string> sortedFiles(const std::string &folder) {
    auto finder = itk::GDCMSeriesFileNames::New();
    finder->SetUseSeriesDetails(false);
    finder->SetDirectory(folder);
    const std::vector<std::string> series = finder->GetSeriesUIDs();
    if (series.empty()) throw Failure(CITK_NOT_AN_IMAGE, "holds no DICOM images");
    if (series.size() > 1) {
        throw Failure(CITK_UNSUPPORTED, "holds " + std::to_string(series.size()) + " DICOM series, put each into a folder of its own");
    }
    return finder->GetFileNames(series.front());
}

}  // namespace

citk_image *openSeries(const std::string &folder) {
    struct stat status;
    if (stat(folder.c_str(), &status) != 0) throw Failure(CITK_NOT_FOUND, "no such folder");
    if (!S_ISDIR(status.st_mode)) throw Failure(CITK_NOT_AN_IMAGE, "is a file, a folder with a DICOM series is needed here");
    makeIO(Format::dicom);  // turns the chatter off before the search
    const std::vector<std::string> files = sortedFiles(folder);
    std::vector<citk_grid> grids;
    for (const std::string &file : files) grids.push_back(gridOf(*readHeader(file, Format::dicom)));
    citk_grid grid = grids.front();
    const size_t count = files.size();
    if (count == 1) return new citk_image{Format::dicom, files, grid};

    for (const citk_grid &slice : grids) {
        if (slice.size[0] != grid.size[0] || slice.size[1] != grid.size[1] || slice.size[2] != 1) {
            throw Failure(CITK_UNSUPPORTED, "its slices differ in size, or hold several frames each");
        }
    }
    grid.dimension = 3;
    grid.size[2] = static_cast<int64_t>(count);
    const double length = distance(grids.front().origin, grids.back().origin);
    if (length == 0) throw Failure(CITK_UNSUPPORTED, "its slices lie at one position, they are no volume");
    // As ITK's series reader has it: the slice axis runs from the first position to the last.
    grid.spacing[2] = length / static_cast<double>(count - 1);
    for (int row = 0; row < 3; row++) {
        grid.direction[row * 3 + 2] = (grids.back().origin[row] - grids.front().origin[row]) / length;
    }
    for (size_t slice = 1; slice < count; slice++) {
        const double step = distance(grids[slice - 1].origin, grids[slice].origin);
        if (std::fabs(step - grid.spacing[2]) > 0.5 * grid.spacing[2]) {
            throw Failure(
                CITK_UNSUPPORTED,
                "its slices are not evenly spaced between slice " + std::to_string(slice) + " and the next: one is missing or twice there");
        }
    }
    return new citk_image{Format::dicom, files, grid};
}
