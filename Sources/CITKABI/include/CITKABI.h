/// The C functions that read and write medical images, and how to open the library that holds them.
///
/// The library (libCITK.so, with ~35 libraries of ITK behind it) is opened at the first image, so that commands that read no image start at
/// once.
/// Every function returns one of the statuses below, fills `message` with one line on failure, and lets no exception out.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Raised whenever the table below changes; a library with another number is refused.
#define CITK_ABI_VERSION 1u

enum {
    CITK_OK = 0,
    CITK_NOT_FOUND = 1,      ///< no such file
    CITK_NOT_AN_IMAGE = 2,   ///< the content is not what the name promises
    CITK_TRUNCATED = 3,      ///< the file ends before its last voxel, or its compressed data is corrupt
    CITK_UNSUPPORTED = 4,    ///< an image, but not one of 2 or 3 dimensions with one value per voxel
    CITK_CANNOT_WRITE = 5,   ///< the system or ITK refused to write
    CITK_FAILED = 6          ///< anything else
};

/// Voxel types that are handed over.
enum { CITK_UINT8 = 0, CITK_INT16 = 1, CITK_INT32 = 2, CITK_FLOAT32 = 3 };

/// A grid with ITK's meaning and in ITK's order: index axes x, y, z; patient coordinates LPS in mm.
typedef struct {
    int32_t dimension;      ///< 2 or 3; unused axes have size 1, spacing 1, origin 0 and identity direction
    int64_t size[3];
    double spacing[3];
    double origin[3];
    double direction[9];    ///< row by row; column c is the direction of index axis c
} citk_grid;

/// A file or series whose header has been read.
typedef struct citk_image citk_image;

typedef struct {
    uint32_t version;
    /// Reads the header of a file.
    int32_t (*open)(const char *path, citk_image **image, citk_grid *grid, char *message, size_t capacity);
    /// Sorts the one DICOM series of a folder and reads its grid.
    int32_t (*open_series)(const char *folder, citk_image **image, citk_grid *grid, char *message, size_t capacity);
    /// Reads all voxels (x fastest) as FLOAT32 or INT32 into `voxels`, which holds as many as the grid says. Integers are rounded.
    int32_t (*read)(citk_image *image, int32_t type, void *voxels, char *message, size_t capacity);
    void (*close)(citk_image *image);
    /// Reads the whole file and compares the checksums of compressed data.
    int32_t (*verify)(const char *path, char *message, size_t capacity);
    /// Writes voxels of `type` in the format that the ending of `path` names, and checks that all of them arrived.
    int32_t (*write)(const char *path, const citk_grid *grid, int32_t type, const void *voxels, char *message, size_t capacity);
} citk_table;

/// The entry point of libCITK.so.
typedef const void *(*citk_entry)(void);

/// Opens the library at `path` once and for all, and returns its table; NULL with a message where that fails.
/// A null `path` means libCITK.so beside the running program, or wherever the system finds it.
const citk_table *citk_load(const char *path, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif
