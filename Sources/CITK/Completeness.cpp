#include "Completeness.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include <sys/stat.h>
#include <zlib.h>

#include "Compressed.hpp"
#include "Failure.hpp"

namespace {

const char *const truncated = "is truncated or damaged: it ends before its last voxel";

uint64_t sizeOf(const std::string &path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) throw Failure(CITK_TRUNCATED, "lacks its file of voxels " + path);
    return static_cast<uint64_t>(status.st_size);
}

// NIfTI

template <typename Number>
Number numberAt(const unsigned char *bytes, bool swapped) {
    unsigned char ordered[sizeof(Number)];
    for (size_t i = 0; i < sizeof(Number); i++) ordered[i] = bytes[swapped ? sizeof(Number) - 1 - i : i];
    Number number;
    std::memcpy(&number, ordered, sizeof number);
    return number;
}

struct GzipClose {
    void operator()(gzFile file) const { gzclose(file); }
};

/// Bytes that a NIfTI-1 file of this header needs, uncompressed.
uint64_t neededByNIfTI(const std::string &path) {
    std::unique_ptr<gzFile_s, GzipClose> file(gzopen(path.c_str(), "rb"));
    unsigned char header[348];
    if (!file || gzread(file.get(), header, sizeof header) != static_cast<int>(sizeof header)) throw Failure(CITK_TRUNCATED, truncated);
    const bool swapped = numberAt<int32_t>(header, false) != 348;
    const int dimensions = numberAt<int16_t>(header + 40, swapped);
    uint64_t count = 1;
    for (int axis = 1; axis <= dimensions && axis <= 7; axis++) {
        const int16_t side = numberAt<int16_t>(header + 40 + 2 * axis, swapped);
        count *= side > 0 ? static_cast<uint64_t>(side) : 1;
    }
    const uint64_t bits = static_cast<uint64_t>(numberAt<int16_t>(header + 72, swapped));
    const float offset = numberAt<float>(header + 108, swapped);
    return static_cast<uint64_t>(offset >= 348 ? offset : 352) + (count * bits + 7) / 8;
}

void requireCompleteNIfTI(const std::string &path) {
    const uint64_t needed = neededByNIfTI(path);
    if (!isGzip(path)) {
        if (sizeOf(path) < needed) throw Failure(CITK_TRUNCATED, truncated);
        return;
    }
    std::ifstream file(path, std::ios::binary);
    unsigned char last[4] = {};
    file.seekg(-4, std::ios::end);
    if (!file.read(reinterpret_cast<char *>(last), 4)) throw Failure(CITK_TRUNCATED, truncated);
    const uint32_t noted = last[0] | last[1] << 8 | last[2] << 16 | static_cast<uint32_t>(last[3]) << 24;
    if (noted == static_cast<uint32_t>(needed)) return;
    // Trailing bytes, or several members: only the whole stream tells.
    if (lengthOfCompressed(path, 0) < needed) throw Failure(CITK_TRUNCATED, truncated);
}

// MetaImage

/// Where a MetaImage keeps its voxels.
struct MetaData {
    std::string file;
    uint64_t offset = 0;
    bool isCompressed = false;
    /// Several files or an unusual header, which are left to ITK.
    bool isUnusual = false;
};

MetaData metaDataOf(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    MetaData data;
    std::string line;
    for (int lines = 0; lines < 1000 && std::getline(file, line); lines++) {
        const size_t sign = line.find('=');
        if (sign == std::string::npos) continue;
        std::string key, value;
        std::istringstream(line.substr(0, sign)) >> key;
        std::istringstream words(line.substr(sign + 1));
        words >> value;
        if (key == "CompressedData") data.isCompressed = lowercased(value) == "true";
        if (key == "HeaderSize" && value != "0") data.isUnusual = true;
        if (key != "ElementDataFile") continue;
        std::string more;
        if (value == "LIST" || value.find('%') != std::string::npos || (words >> more)) data.isUnusual = true;
        if (lowercased(value) == "local") {
            data.file = path;
            data.offset = static_cast<uint64_t>(file.tellg());
        } else {
            const size_t slash = path.rfind('/');
            const bool isAbsolute = !value.empty() && value[0] == '/';
            data.file = isAbsolute || slash == std::string::npos ? value : path.substr(0, slash + 1) + value;
        }
        return data;
    }
    data.isUnusual = true;
    return data;
}

void requireCompleteMeta(const std::string &path, itk::ImageIOBase &io) {
    const MetaData data = metaDataOf(path);
    if (data.isUnusual) return;
    const uint64_t size = sizeOf(data.file);
    const uint64_t needed = static_cast<uint64_t>(io.GetImageSizeInBytes());
    if (data.isCompressed ? lengthOfCompressed(data.file, data.offset) < needed : size < data.offset + needed) {
        throw Failure(CITK_TRUNCATED, truncated);
    }
}

// NRRD

/// Where the voxels of an NRRD file stand compressed; 0 where they are not, or in another file.
uint64_t gzipOffsetOfNRRD(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    std::string line;
    bool isGzip = false;
    for (int lines = 0; lines < 1000 && std::getline(file, line); lines++) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty()) return isGzip ? static_cast<uint64_t>(file.tellg()) : 0;
        if (line == "encoding: gzip" || line == "encoding: gz") isGzip = true;
        if (line.rfind("data file:", 0) == 0 || line.rfind("datafile:", 0) == 0) return 0;
    }
    return 0;
}

}  // namespace

void requireComplete(const std::string &path, itk::ImageIOBase &io, Format format) {
    if (format == Format::nifti) requireCompleteNIfTI(path);
    if (format == Format::meta) requireCompleteMeta(path, io);
}

void requireChecksums(const std::string &path, Format format) {
    if (format == Format::nifti && isGzip(path)) lengthOfCompressed(path, 0);
    if (format != Format::nrrd) return;
    const uint64_t offset = gzipOffsetOfNRRD(path);
    if (offset > 0) lengthOfCompressed(path, offset);
}
