#define _GNU_SOURCE
#include "CGDCMABI.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const cgdcm_table *table = NULL;

/// Fills `path` with libCGDCM.so beside the running program; 0 where there is none.
static int beside_program(char *path, size_t capacity) {
    ssize_t length = readlink("/proc/self/exe", path, capacity - 1);
    if (length <= 0) return 0;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash) return 0;
    const char *places[] = {"libCGDCM.so", "../lib/libCGDCM.so", "../lib/nndetection/libCGDCM.so"};
    size_t room = capacity - (size_t)(slash + 1 - path);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strlen(places[i]) >= room) return 0;
        strcpy(slash + 1, places[i]);
        if (access(path, R_OK) == 0) return 1;
    }
    return 0;
}

static const cgdcm_table *open_library(const char *path, char *message, size_t capacity) {
    char beside[4096];
    if (!path) path = beside_program(beside, sizeof beside) ? beside : "libCGDCM.so";
    int mode = RTLD_NOW | RTLD_LOCAL;
#ifdef RTLD_DEEPBIND
    mode |= RTLD_DEEPBIND;  // failed assertions inside are caught there, see Sources/CGDCM/Assertions.hpp
#endif
    void *library = dlopen(path, mode);
    if (!library) {
        const char *reason = dlerror();
        snprintf(message, capacity, "%s", reason ? reason : "cannot be opened");
        return NULL;
    }
    cgdcm_entry entry = (cgdcm_entry)dlsym(library, "cgdcm_table_of_functions");
    const cgdcm_table *found = entry ? entry() : NULL;
    if (!found || found->version != CGDCM_ABI_VERSION) {
        snprintf(message, capacity, "%s belongs to another version of nnDetection", path);
        dlclose(library);
        return NULL;
    }
    return found;
}

const cgdcm_table *cgdcm_load(const char *path, char *message, size_t capacity) {
    pthread_mutex_lock(&lock);
    if (!table) table = open_library(path, message, capacity);
    const cgdcm_table *result = table;
    pthread_mutex_unlock(&lock);
    return result;
}
