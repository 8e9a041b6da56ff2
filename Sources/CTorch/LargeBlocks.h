#pragma once

namespace ctorch {

// Has libtorch take the memory of large tensors as LargeBlocks.cpp says; before the first tensor.
void install_large_blocks();

} // namespace ctorch
