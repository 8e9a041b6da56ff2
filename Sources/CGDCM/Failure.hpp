#pragma once

#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "Assertions.hpp"
#include "CGDCMABI.h"

/// What could not be done: a status of the C interface and one line for people.
struct Failure : std::runtime_error {
    int32_t status;
    Failure(int32_t status, const std::string &message) : std::runtime_error(message), status(status) {}
};

inline int32_t fail(int32_t status, const char *line, char *message, size_t capacity) noexcept {
    if (message && capacity > 0) {
        std::strncpy(message, line, capacity - 1);
        message[capacity - 1] = '\0';
    }
    return status;
}

/// Runs `body` and turns what it throws, or an assertion that fails in it, into a status and a message. GDCM's own descriptions stay inside;
/// `otherwise` replaces them.
template <typename Body>
int32_t guarded(const char *otherwise, char *message, size_t capacity, Body body) noexcept {
    try {
        AssertionGuard guard;
        if (setjmp(guard.place) != 0) return fail(CGDCM_DAMAGED, otherwise, message, capacity);
        body();
        return CGDCM_OK;
    } catch (const Failure &failure) {
        return fail(failure.status, failure.what(), message, capacity);
    } catch (const std::bad_alloc &) {
        return fail(CGDCM_FAILED, "not enough memory for this image", message, capacity);
    } catch (...) {
        return fail(CGDCM_DAMAGED, otherwise, message, capacity);
    }
}
