#pragma once

/// Keeps GDCM and its codecs from printing: what a thread writes to `std::cerr` within a call of this library is dropped, all else passes.
/// Called once. (Their C parts print on rare kinds of damage with `fprintf`, which stays.)
void beQuiet();
