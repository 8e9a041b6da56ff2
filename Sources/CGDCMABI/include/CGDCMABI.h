/// The C function that decodes compressed DICOM pixels, and how to open the library that holds it.
///
/// The library (libCGDCM.so, with GDCM and its codecs behind it) is opened at the first compressed pixel, so that everything else starts at
/// once and works without it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Raised whenever the table below changes; a library with another number is refused.
#define CGDCM_ABI_VERSION 1u

enum {
    CGDCM_OK = 0,
    CGDCM_UNSUPPORTED = 1,  ///< a transfer syntax that GDCM does not decode
    CGDCM_DAMAGED = 2,      ///< the compressed data cannot be decoded, or makes another image than its header says
    CGDCM_FAILED = 3        ///< anything else
};

/// One compressed frame with one value per pixel.
typedef struct {
    const char *transfer_syntax;    ///< its UID
    uint32_t rows;
    uint32_t columns;
    uint16_t bits_allocated;
    uint16_t bits_stored;
    int32_t is_signed;
    const void *const *fragments;   ///< in their order
    const size_t *lengths;          ///< bytes of each fragment
    size_t count;                   ///< fragments
} cgdcm_frame;

typedef struct {
    uint32_t version;
    /// Decodes `frame` into `pixels`, which holds `capacity` = rows × columns × bits_allocated / 8 bytes, in the byte order of this machine.
    /// Fills `message` with one line on failure, and lets no exception out.
    int32_t (*decode)(const cgdcm_frame *frame, void *pixels, size_t capacity, char *message, size_t message_capacity);
} cgdcm_table;

/// The entry point of libCGDCM.so.
typedef const void *(*cgdcm_entry)(void);

/// Opens the library at `path` once and for all, and returns its table; NULL with a message where that fails.
/// A null `path` means libCGDCM.so next to the running program, or wherever the system finds it.
const cgdcm_table *cgdcm_load(const char *path, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif
