#include <limits>
#include <mutex>

#include <gdcmFragment.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTrace.h>

#include "CGDCM.h"
#include "CGDCMABI.h"
#include "Failure.hpp"
#include "Quiet.hpp"

namespace {

void decodeFrame(const cgdcm_frame &frame, void *pixels, size_t capacity) {
    const gdcm::TransferSyntax::TSType type = gdcm::TransferSyntax::GetTSType(frame.transfer_syntax);
    const gdcm::TransferSyntax syntax(type);
    if (type == gdcm::TransferSyntax::TS_END || !syntax.IsEncapsulated()) {
        throw Failure(CGDCM_UNSUPPORTED, std::string("its pixels are compressed in a way that is not read, transfer syntax ") + frame.transfer_syntax);
    }
    gdcm::Image image;
    image.SetNumberOfDimensions(2);
    image.SetDimension(0, frame.columns);
    image.SetDimension(1, frame.rows);
    image.SetPixelFormat(gdcm::PixelFormat(
        1, frame.bits_allocated, frame.bits_stored, static_cast<unsigned short>(frame.bits_stored - 1), frame.is_signed ? 1 : 0));
    // Values are wanted as they are stored: GDCM is not told of MONOCHROME1, which it might invert.
    image.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
    image.SetTransferSyntax(syntax);
    gdcm::SmartPointer<gdcm::SequenceOfFragments> sequence = new gdcm::SequenceOfFragments;
    for (size_t index = 0; index < frame.count; index++) {
        if (frame.lengths[index] > std::numeric_limits<uint32_t>::max()) throw Failure(CGDCM_DAMAGED, "has a compressed frame of more than 4 GB");
        gdcm::Fragment fragment;
        fragment.SetByteValue(static_cast<const char *>(frame.fragments[index]), static_cast<uint32_t>(frame.lengths[index]));
        sequence->AddFragment(fragment);
    }
    gdcm::DataElement element(gdcm::Tag(0x7fe0, 0x0010));
    element.SetVR(gdcm::VR::OB);
    element.SetValue(*sequence);
    image.SetDataElement(element);
    const char *const damaged = "its compressed pixels are truncated or damaged";
    if (image.GetBufferLength() != capacity) throw Failure(CGDCM_DAMAGED, damaged);
    if (!image.GetBuffer(static_cast<char *>(pixels))) throw Failure(CGDCM_DAMAGED, damaged);
}

int32_t decode(const cgdcm_frame *frame, void *pixels, size_t capacity, char *message, size_t message_capacity) noexcept {
    return guarded("its compressed pixels are truncated or damaged", message, message_capacity, [&] { decodeFrame(*frame, pixels, capacity); });
}

const cgdcm_table functions = {CGDCM_ABI_VERSION, decode};

}  // namespace

const void *cgdcm_table_of_functions(void) {
    static std::once_flag once;
    std::call_once(once, [] {
        beQuiet();
        gdcm::Trace::WarningOff();
        gdcm::Trace::ErrorOff();
        gdcm::Trace::DebugOff();
    });
    return &functions;
}
