#include <algorithm>
#include <cmath>
#include <memory>
#include <sys/stat.h>

#include "Completeness.hpp"
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

/// Whether two slices lie in parallel planes, their rows and columns running the same way (to what scanners round cosines to).
bool areParallel(const citk_grid &a, const citk_grid &b) {
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 2; column++) {
            if (std::fabs(a.direction[row * 3 + column] - b.direction[row * 3 + column]) > 1e-3) return false;
        }
    }
    return true;
}

/// Distances between neighbouring slices must be about the same: half a step more or less than usual means that one is missing or twice there.
void requireEvenSteps(const std::vector<citk_grid> &grids) {
    std::vector<double> steps;
    for (size_t slice = 1; slice < grids.size(); slice++) steps.push_back(distance(grids[slice - 1].origin, grids[slice].origin));
    std::vector<double> sorted = steps;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 2), sorted.end());
    const double usual = sorted[(sorted.size() - 1) / 2];
    for (size_t slice = 0; slice < steps.size(); slice++) {
        if (std::fabs(steps[slice] - usual) > 0.5 * usual) {
            throw Failure(
                CITK_UNSUPPORTED, "its slices are not evenly spaced between slice " + std::to_string(slice + 1) +
                                      " and the next: one is missing or twice there");
        }
    }
}

}  // namespace

citk_image *openSeries(const std::string &folder) {
    struct stat status;
    if (stat(folder.c_str(), &status) != 0) throw Failure(CITK_NOT_FOUND, "no such folder");
    if (!S_ISDIR(status.st_mode)) throw Failure(CITK_NOT_AN_IMAGE, "is a file, a folder with a DICOM series is needed here");
    makeIO(Format::dicom);  // turns the chatter off before the search
    const std::vector<std::string> files = sortedFiles(folder);
    std::vector<citk_grid> grids;
    for (const std::string &file : files) {
        itk::ImageIOBase::Pointer io = readHeader(file, Format::dicom);
        requireSize(file, *io, Format::dicom);
        grids.push_back(gridOf(*io));
    }
    citk_grid grid = grids.front();
    const size_t count = files.size();
    if (count == 1) return new citk_image{Format::dicom, files, grid};

    for (const citk_grid &slice : grids) {
        if (slice.size[0] != grid.size[0] || slice.size[1] != grid.size[1] || slice.size[2] != 1) {
            throw Failure(CITK_UNSUPPORTED, "its slices differ in size, or hold several frames each");
        }
        if (std::fabs(slice.spacing[0] - grid.spacing[0]) > 1e-3 * grid.spacing[0] ||
            std::fabs(slice.spacing[1] - grid.spacing[1]) > 1e-3 * grid.spacing[1]) {
            throw Failure(CITK_UNSUPPORTED, "its slices differ in the spacing of their pixels, they are no volume");
        }
        if (!areParallel(slice, grid)) throw Failure(CITK_UNSUPPORTED, "its slices have different orientations, they are no volume");
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
    requireEvenSteps(grids);
    return new citk_image{Format::dicom, files, grid};
}
