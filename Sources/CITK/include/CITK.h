#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// The one symbol that the loader of CITKABI looks for: a `const citk_table *`.
__attribute__((visibility("default"))) const void *citk_table_of_functions(void);

#ifdef __cplusplus
}
#endif
