#include "Compressed.hpp"

#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>

#include <zlib.h>

#include "Failure.hpp"

namespace {

struct Close {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

struct Inflation {
    z_stream stream = {};
    Inflation() {
        // 32: gzip or zlib, whichever the data begins with.
        if (inflateInit2(&stream, 15 + 32) != Z_OK) throw Failure(CITK_FAILED, "cannot start decompression");
    }
    ~Inflation() { inflateEnd(&stream); }
};

}  // namespace

bool isGzip(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    unsigned char magic[2] = {0, 0};
    file.read(reinterpret_cast<char *>(magic), 2);
    return magic[0] == 0x1f && magic[1] == 0x8b;
}

uint64_t lengthOfCompressed(const std::string &path, uint64_t offset) {
    std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    if (!file || fseeko(file.get(), static_cast<off_t>(offset), SEEK_SET) != 0) throw Failure(CITK_NOT_FOUND, "cannot be opened");
    const Failure corrupt(CITK_TRUNCATED, "is truncated or damaged: its compressed data is corrupt");
    Inflation inflation;
    std::vector<unsigned char> input(1 << 18), output(1 << 18);
    uint64_t length = 0;
    bool ended = false;
    while (true) {
        if (inflation.stream.avail_in == 0) {
            inflation.stream.next_in = input.data();
            inflation.stream.avail_in = static_cast<uInt>(std::fread(input.data(), 1, input.size(), file.get()));
            if (inflation.stream.avail_in == 0) break;
        }
        if (ended) {
            // Another gzip member follows, or bytes that belong to nothing, which readers ignore.
            if (inflation.stream.next_in[0] != 0x1f) break;
            if (inflateReset(&inflation.stream) != Z_OK) throw corrupt;
            ended = false;
        }
        inflation.stream.next_out = output.data();
        inflation.stream.avail_out = static_cast<uInt>(output.size());
        const int status = inflate(&inflation.stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) throw corrupt;
        length += output.size() - inflation.stream.avail_out;
        ended = status == Z_STREAM_END;
    }
    if (!ended) throw corrupt;
    return length;
}

void compress(const std::string &source, const std::string &target) {
    const Failure failure(CITK_CANNOT_WRITE, "cannot be written completely: no space left?");
    std::unique_ptr<std::FILE, Close> input(std::fopen(source.c_str(), "rb"));
    gzFile output = gzopen(target.c_str(), "wb1");
    bool succeeded = input && output;
    std::vector<unsigned char> piece(1 << 18);
    while (succeeded) {
        const size_t count = std::fread(piece.data(), 1, piece.size(), input.get());
        if (count == 0) break;
        succeeded = gzwrite(output, piece.data(), static_cast<unsigned>(count)) == static_cast<int>(count);
    }
    succeeded = succeeded && !std::ferror(input.get());
    if (output && gzclose(output) != Z_OK) succeeded = false;
    if (!succeeded) throw failure;
}
