/* Makes a call to the disk fail: the n-th of a kind below a folder, once, or all from there on. Loaded before the C library, whose
   calls it stands for. Counted are the calls that change something, or those that read.

   DISK_FOLDER  the folder, without a slash at its end
   DISK_CALLS   `changes` or `reads`
   DISK_AT      n, from 1
   DISK_ON      `once` or `on`
   DISK_SAID    a file, outside of the folder, that gets the call which failed first */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static const char *folder, *said;
static long at;
static int reads_count, goes_on;
static atomic_long count;

__attribute__((constructor)) static void begin(void) {
    said = getenv("DISK_SAID");
    at = atol(getenv("DISK_AT"));
    reads_count = strcmp(getenv("DISK_CALLS"), "reads") == 0;
    goes_on = strcmp(getenv("DISK_ON"), "on") == 0;
    folder = getenv("DISK_FOLDER");
}

static void say(const char *call, const char *path) {
    char line[4200];
    int length = snprintf(line, sizeof line, "%s %s", call, path + strlen(folder));
    int file = syscall(SYS_openat, AT_FDCWD, said, O_WRONLY | O_CREAT | O_EXCL, 0600);
    syscall(SYS_write, file, line, length);
    syscall(SYS_close, file);
}

/* Whether this call fails. A disk that goes on failing is full, and reads are as before. */
static int fails(const char *call, const char *path, int reads) {
    if (!folder || reads != reads_count || strncmp(path, folder, strlen(folder)) != 0) return 0;
    long number = atomic_fetch_add(&count, 1) + 1;
    if (number == at) say(call, path);
    if (number < at || (number > at && !goes_on)) return 0;
    errno = goes_on ? ENOSPC : EIO;
    return 1;
}

static int fails_at(const char *call, int file, int reads) {
    char link[64], path[4096];
    int error = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = error;
    if (length < 0) return 0;
    path[length] = 0;
    return fails(call, path, reads);
}

#define AT(CALL, READS, ...) return fails_at(#CALL, file, READS) ? -1 : syscall(SYS_##CALL, file, ##__VA_ARGS__)

ssize_t read(int file, void *to, size_t n) { AT(read, 1, to, n); }
ssize_t pread(int file, void *to, size_t n, off_t from) { AT(pread64, 1, to, n, from); }
ssize_t pread64(int file, void *to, size_t n, off64_t from) { AT(pread64, 1, to, n, from); }
ssize_t write(int file, const void *what, size_t n) { AT(write, 0, what, n); }
ssize_t pwrite(int file, const void *what, size_t n, off_t to) { AT(pwrite64, 0, what, n, to); }
ssize_t pwrite64(int file, const void *what, size_t n, off64_t to) { AT(pwrite64, 0, what, n, to); }
int ftruncate(int file, off_t n) { AT(ftruncate, 0, n); }
int ftruncate64(int file, off64_t n) { AT(ftruncate, 0, n); }
int fsync(int file) { AT(fsync, 0); }
int fdatasync(int file) { AT(fdatasync, 0); }

int unlink(const char *path) {
    return fails("unlink", path, 0) ? -1 : syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static int opened(const char *path, int flags, va_list more) {
    int mode = flags & O_CREAT ? va_arg(more, int) : 0;
    if (flags & O_CREAT && fails("open", path, 0)) return -1;
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int file = opened(path, flags, more);
    va_end(more);
    return file;
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int file = opened(path, flags, more);
    va_end(more);
    return file;
}
