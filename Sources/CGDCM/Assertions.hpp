#pragma once

#include <csetjmp>

/// Turns a failed assertion of a library behind this one into a failure of the call.
///
/// Debian builds GDCM with its assertions on, and damaged DICOM files fail them: the whole program would end. libCGDCM is opened so that
/// its own symbols come first for it and for what it pulls in (RTLD_DEEPBIND); thus the `__assert_fail` of Assertions.cpp is the one they
/// call.
/// Assertions are declared not to throw, so an exception could not pass; a jump back to the call does. What the abandoned call
/// held stays allocated.
class AssertionGuard {
public:
    AssertionGuard();
    ~AssertionGuard();
    AssertionGuard(const AssertionGuard &) = delete;
    AssertionGuard &operator=(const AssertionGuard &) = delete;

    /// Whether the calling thread is within a call of this library.
    static bool isActive();

    /// To be given to `setjmp` in the frame that holds the guard.
    std::jmp_buf place;

private:
    AssertionGuard *outer;
};
