#pragma once

#include "CTorchABI.h"

#include <ATen/core/Tensor.h>

namespace ctorch {

// Gives a reference away; the receiver releases it.
ctorch_tensor give(at::Tensor tensor);

// The tensor behind a borrowed reference.
at::Tensor borrow(ctorch_tensor tensor);

} // namespace ctorch
