#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// The one symbol that the loader of CGDCMABI looks for: a `const cgdcm_table *`.
__attribute__((visibility("default"))) const void *cgdcm_table_of_functions(void);

#ifdef __cplusplus
}
#endif
