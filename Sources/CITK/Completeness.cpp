#include "Completeness.hpp"

#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <sys/stat.h>
#include <zlib.h>

#include "Failure.hpp"

namespace {

const char *const truncated = "is truncated or damaged: it ends before its last voxel";

struct GzipClose {
    void operator()(gzFile file) const { gzclose(file); }
};
using GzipFile = std::unique_ptr<gzFile_s, GzipClose>;

template <typename Number>
Number numberAt(const unsigned char *bytes, bool swapped) {
    unsigned char ordered[sizeof(Number)];
    for (size_t i = 0; i < sizeof(Number); i++) ordered[i] = bytes[swapped ? sizeof(Number) - 1 - i : i];
    Number number;
    std::memcpy(&number, ordered, sizeof number);
    return number;
}

/// Bytes that a NIfTI-1 file of this header needs, uncompressed.
uint64_t neededByNIfTI(const std::string &path) {
    GzipFile file(gzopen(path.c_str(), "rb"));
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

/// Reads a gzip file to its end and returns its uncompressed length; zlib compares lengths and checksums of every member on the way.
uint64_t lengthOfGzip(const std::string &path) {
    GzipFile file(gzopen(path.c_str(), "rb"));
    if (!file) throw Failure(CITK_NOT_FOUND, "cannot be opened");
    gzbuffer(file.get(), 1 << 18);
    std::vector<unsigned char> piece(1 << 20);
    uint64_t length = 0;
    while (true) {
        const int got = gzread(file.get(), piece.data(), static_cast<unsigned>(piece.size()));
        int status = Z_OK;
        gzerror(file.get(), &status);
        if (got < 0 || (status != Z_OK && status != Z_STREAM_END)) throw Failure(CITK_TRUNCATED, "is truncated or damaged: its compressed data is corrupt");
        if (got == 0) return length;
        length += static_cast<uint64_t>(got);
    }
}

bool isGzip(std::FILE *file) {
    unsigned char magic[2] = {0, 0};
    std::rewind(file);
    return std::fread(magic, 1, 2, file) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}

struct FileClose {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

void requireCompleteNIfTI(const std::string &path) {
    const uint64_t needed = neededByNIfTI(path);
    std::unique_ptr<std::FILE, FileClose> file(std::fopen(path.c_str(), "rb"));
    if (!file) throw Failure(CITK_NOT_FOUND, "cannot be opened");
    if (!isGzip(file.get())) {
        struct stat status;
        if (fstat(fileno(file.get()), &status) != 0 || static_cast<uint64_t>(status.st_size) < needed) throw Failure(CITK_TRUNCATED, truncated);
        return;
    }
    unsigned char last[4];
    if (std::fseek(file.get(), -4, SEEK_END) != 0 || std::fread(last, 1, 4, file.get()) != 4) throw Failure(CITK_TRUNCATED, truncated);
    const uint32_t noted = last[0] | last[1] << 8 | last[2] << 16 | static_cast<uint32_t>(last[3]) << 24;
    if (noted == static_cast<uint32_t>(needed)) return;
    // Trailing bytes, or several members: only the whole stream tells.
    if (lengthOfGzip(path) < needed) throw Failure(CITK_TRUNCATED, truncated);
}

}  // namespace

void requireComplete(const std::string &path, Format format) {
    if (format == Format::nifti) requireCompleteNIfTI(path);
}

void verifyFile(const std::string &path, Format format) {
    requireComplete(path, format);
    if (endsWith(lowercased(path), ".gz")) lengthOfGzip(path);
}
