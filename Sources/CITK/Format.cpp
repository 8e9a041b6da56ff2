#include "Format.hpp"

#include <algorithm>
#include <cctype>
#include <mutex>

#include <gdcmTrace.h>

#include "Quiet.hpp"

bool endsWith(const std::string &text, const char *ending) {
    const std::string tail(ending);
    return text.size() >= tail.size() && text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

std::string lowercased(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) { return std::tolower(letter); });
    return text;
}

Format formatOf(const std::string &path) {
    const std::string name = lowercased(path);
    if (endsWith(name, ".nii.gz") || endsWith(name, ".nii")) return Format::nifti;
    if (endsWith(name, ".mha") || endsWith(name, ".mhd")) return Format::meta;
    if (endsWith(name, ".nrrd") || endsWith(name, ".nhdr")) return Format::nrrd;
    return Format::dicom;
}

const char *nameOf(Format format) {
    switch (format) {
    case Format::nifti: return "NIfTI";
    case Format::meta: return "MetaImage";
    case Format::nrrd: return "NRRD";
    case Format::dicom: return "DICOM";
    }
    return "known";
}

itk::ImageIOBase::Pointer makeIO(Format format) {
    static std::once_flag once;
    std::call_once(once, [] {
        beQuiet();
        itk::Object::GlobalWarningDisplayOff();
        gdcm::Trace::WarningOff();
        gdcm::Trace::ErrorOff();
        gdcm::Trace::DebugOff();
        // Enough digits for every double to come back as it was.
        itk::MetaImageIO::SetDefaultDoublePrecision(17);
    });
    switch (format) {
    case Format::nifti: return itk::NiftiImageIO::New().GetPointer();
    case Format::meta: return itk::MetaImageIO::New().GetPointer();
    case Format::nrrd: return itk::NrrdImageIO::New().GetPointer();
    case Format::dicom: return itk::GDCMImageIO::New().GetPointer();
    }
    return nullptr;
}
