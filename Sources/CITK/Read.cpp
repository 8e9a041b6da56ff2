#include <cmath>
#include <limits>
#include <type_traits>

#include "Completeness.hpp"
#include "Image.hpp"

namespace {

template <typename Target, typename Source>
Target converted(Source value) {
    if constexpr (std::is_same_v<Target, float>) {
        return static_cast<float>(value);
    } else if constexpr (std::is_floating_point_v<Source>) {
        const Source rounded = std::nearbyint(value);
        if (!(rounded >= -2147483648.0 && rounded <= 2147483647.0)) {
            throw Failure(CITK_UNSUPPORTED, "holds values that are no 32-bit integers, it is no label map");
        }
        // Up to what rescaling leaves of whole numbers.
        if (std::fabs(value - rounded) > 0.01) {
            throw Failure(CITK_UNSUPPORTED, "holds fractions, it is no label map (an interpolated one?)");
        }
        return static_cast<int32_t>(rounded);
    } else {
        const bool tooSmall = std::is_signed_v<Source> && static_cast<long long>(value) < std::numeric_limits<int32_t>::min();
        const bool tooLarge = value > 0 && static_cast<unsigned long long>(value) > std::numeric_limits<int32_t>::max();
        if (tooSmall || tooLarge) throw Failure(CITK_UNSUPPORTED, "holds values that do not fit 32-bit integers");
        return static_cast<int32_t>(value);
    }
}

template <typename Source, typename Target>
void readAs(itk::ImageIOBase &io, Target *voxels, size_t count) {
    if constexpr (std::is_same_v<Source, Target>) {
        io.Read(voxels);
    } else {
        std::vector<Source> buffer(count);
        io.Read(buffer.data());
        for (size_t i = 0; i < count; i++) voxels[i] = converted<Target>(buffer[i]);
    }
}

template <typename Target>
void readInto(itk::ImageIOBase &io, Target *voxels, size_t count) {
    itk::ImageIORegion region(io.GetNumberOfDimensions());
    for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); axis++) {
        region.SetIndex(axis, 0);
        region.SetSize(axis, io.GetDimensions(axis));
    }
    io.SetIORegion(region);
    using Component = itk::IOComponentEnum;
    switch (io.GetComponentType()) {
    case Component::UCHAR: return readAs<unsigned char>(io, voxels, count);
    case Component::CHAR: return readAs<signed char>(io, voxels, count);
    case Component::USHORT: return readAs<unsigned short>(io, voxels, count);
    case Component::SHORT: return readAs<short>(io, voxels, count);
    case Component::UINT: return readAs<unsigned int>(io, voxels, count);
    case Component::INT: return readAs<int>(io, voxels, count);
    case Component::ULONG: return readAs<unsigned long>(io, voxels, count);
    case Component::LONG: return readAs<long>(io, voxels, count);
    case Component::ULONGLONG: return readAs<unsigned long long>(io, voxels, count);
    case Component::LONGLONG: return readAs<long long>(io, voxels, count);
    case Component::FLOAT: return readAs<float>(io, voxels, count);
    case Component::DOUBLE: return readAs<double>(io, voxels, count);
    default: throw Failure(CITK_UNSUPPORTED, "has voxels of a type that cannot be used");
    }
}

template <typename Target>
void readAll(const citk_image &image, Target *voxels) {
    const size_t count = image.voxelsPerFile();
    for (const std::string &file : image.files) {
        itk::ImageIOBase::Pointer io = readHeader(file, image.format);
        size_t present = 1;
        for (unsigned axis = 0; axis < io->GetNumberOfDimensions(); axis++) present *= io->GetDimensions(axis);
        if (present != count) throw Failure(CITK_FAILED, "has changed since its header was read");
        requireComplete(file, *io, image.format);
        try {
            readInto(*io, voxels, count);
        } catch (const Failure &) {
            throw;
        } catch (const std::bad_alloc &) {
            throw;
        } catch (const std::exception &) {
            // Names of slices may hold identifiers of patients; the place tells which one it is.
            const std::string which = image.files.size() == 1 ? "" : " of slice " + std::to_string(&file - image.files.data() + 1);
            throw Failure(CITK_TRUNCATED, "the voxels" + which + " cannot be read: the file is truncated or damaged");
        }
        voxels += count;
    }
}

}  // namespace

void readVoxels(const citk_image &image, int32_t type, void *voxels) {
    switch (type) {
    case CITK_FLOAT32: return readAll(image, static_cast<float *>(voxels));
    case CITK_INT32: return readAll(image, static_cast<int32_t *>(voxels));
    default: throw Failure(CITK_FAILED, "voxels can be read as float32 and int32 only");
    }
}
