#include "Quiet.hpp"

#include <iostream>
#include <streambuf>

#include "Assertions.hpp"

namespace {

class Filter : public std::streambuf {
public:
    explicit Filter(std::streambuf *passed) : passed(passed) {}

protected:
    int_type overflow(int_type letter) override {
        if (AssertionGuard::isActive() || letter == traits_type::eof()) return traits_type::not_eof(letter);
        return passed->sputc(static_cast<char>(letter));
    }
    std::streamsize xsputn(const char *text, std::streamsize count) override {
        return AssertionGuard::isActive() ? count : passed->sputn(text, count);
    }
    int sync() override { return AssertionGuard::isActive() ? 0 : passed->pubsync(); }

private:
    std::streambuf *passed;
};

}  // namespace

void beQuiet() {
    // Never freed: std::cerr may be used until the last moment of the program.
    std::cerr.rdbuf(new Filter(std::cerr.rdbuf()));
}
