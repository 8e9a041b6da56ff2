#include "Assertions.hpp"

#include <cstdio>
#include <cstdlib>

static thread_local AssertionGuard *innermost = nullptr;

AssertionGuard::AssertionGuard() : outer(innermost) { innermost = this; }

AssertionGuard::~AssertionGuard() { innermost = outer; }

bool AssertionGuard::isActive() { return innermost != nullptr; }

extern "C" [[noreturn]] __attribute__((visibility("default"))) void __assert_fail(
    const char *assertion, const char *file, unsigned line, const char *function) noexcept {
    if (innermost) std::longjmp(innermost->place, 1);
    std::fprintf(stderr, "%s:%u: %s: assertion '%s' failed\n", file, line, function, assertion);
    std::abort();
}
