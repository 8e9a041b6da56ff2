#pragma once

#include "CTorchABI.h"

namespace ctorch {

int find_operator(const char *name, const char *overload, ctorch_operator *result);
int call(ctorch_operator op, const ctorch_value *arguments, int32_t argument_count, ctorch_value *results, int32_t capacity,
         int32_t *result_count);

ctorch_tensor retain(ctorch_tensor tensor);
void release(ctorch_tensor tensor);
int64_t live_references();

} // namespace ctorch
