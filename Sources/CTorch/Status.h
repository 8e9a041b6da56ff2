#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace ctorch {

// The message of the last failure on this thread.
inline thread_local std::string message;

// Runs `body`; no exception leaves it: a failure becomes a status and a message.
template <typename Body> int guarded(Body &&body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error &error) {
    message = error.what_without_backtrace();
  } catch (const std::exception &error) {
    message = error.what();
  } catch (...) {
    message = "unknown C++ exception";
  }
  return 1;
}

} // namespace ctorch
