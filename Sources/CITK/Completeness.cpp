#include "Completeness.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include <gdcmAttribute.h>
#include <gdcmReader.h>
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

void requireSizeOfMeta(const std::string &path, itk::ImageIOBase &io) {
    const MetaData data = metaDataOf(path);
    if (data.isUnusual) return;
    const uint64_t size = sizeOf(data.file);
    if (!data.isCompressed && size < data.offset + static_cast<uint64_t>(io.GetImageSizeInBytes())) throw Failure(CITK_TRUNCATED, truncated);
}

void requireCompleteMeta(const std::string &path, itk::ImageIOBase &io) {
    const MetaData data = metaDataOf(path);
    if (data.isUnusual || !data.isCompressed) return;
    if (lengthOfCompressed(data.file, data.offset) < static_cast<uint64_t>(io.GetImageSizeInBytes())) throw Failure(CITK_TRUNCATED, truncated);
}

// DICOM

/// GDCM fills up with zeros what an uncompressed slice lacks.
void requireSizeOfDICOM(const std::string &path) {
    gdcm::Reader reader;
    reader.SetFileName(path.c_str());
    const gdcm::Tag pixels(0x7fe0, 0x0010);
    // Without the value of the tag: the place where the reader stops is that of the first pixel.
    if (!reader.ReadUpToTag(pixels, {pixels})) return;
    const gdcm::TransferSyntax &syntax = reader.GetFile().GetHeader().GetDataSetTransferSyntax();
    if (syntax.IsEncapsulated() || syntax == gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian) return;
    const gdcm::DataSet &header = reader.GetFile().GetDataSet();
    auto number = [&](auto attribute) {
        if (!header.FindDataElement(attribute.GetTag())) return static_cast<uint64_t>(1);
        attribute.SetFromDataSet(header);
        return static_cast<uint64_t>(attribute.GetValue());
    };
    const uint64_t bits = number(gdcm::Attribute<0x0028, 0x0010>()) * number(gdcm::Attribute<0x0028, 0x0011>()) *
                          number(gdcm::Attribute<0x0028, 0x0100>());
    const uint64_t begin = static_cast<uint64_t>(reader.GetStreamCurrentPosition());
    if (sizeOf(path) < begin + bits / 8) throw Failure(CITK_TRUNCATED, truncated);
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

void requireSize(const std::string &path, itk::ImageIOBase &io, Format format) {
    if (format == Format::meta) requireSizeOfMeta(path, io);
    if (format == Format::dicom) requireSizeOfDICOM(path);
}

void requireComplete(const std::string &path, itk::ImageIOBase &io, Format format) {
    requireSize(path, io, format);
    if (format == Format::nifti) requireCompleteNIfTI(path);
    if (format == Format::meta) requireCompleteMeta(path, io);
}

void requireChecksums(const std::string &path, Format format) {
    if (format == Format::nifti && isGzip(path)) lengthOfCompressed(path, 0);
    if (format != Format::nrrd) return;
    const uint64_t offset = gzipOffsetOfNRRD(path);
    if (offset > 0) lengthOfCompressed(path, offset);
}
