/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/process.h"

#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16 };

void
bench_program(char path[512], const char *name)
{
    const char *folder = getenv("SIJILL_BIN");
    char self[400] = "";

    if (folder == NULL && readlink("/proc/self/exe", self, sizeof self - 1) > 0)
        folder = dirname(self);
    (void) snprintf(path, 512, "%s/%s", folder == NULL ? "." : folder, name);
}

bool
bench_start(bench_process *process, const char *name, const char *folder, const char *const *extra)
{
    char program[512], file[64];
    char *arguments[ARGUMENTS_MAX] = { program, (char *) (uintptr_t) "--home", process->home,
                                       (char *) (uintptr_t) "--run", process->run };
    size_t count = 5;

    (void) snprintf(file, sizeof file, "sijill-%s", name);
    bench_program(program, file);
    (void) snprintf(process->home, sizeof process->home, "%s/%s", folder, name);
    (void) snprintf(process->run, sizeof process->run, "%s/run", folder);
    for (; extra != NULL && *extra != NULL && count + 1 < ARGUMENTS_MAX; extra++)
        arguments[count++] = (char *) (uintptr_t) *extra;
    process->pid = fork();
    if (process->pid == 0) {
        int null = open("/dev/null", O_RDWR);

        (void) prctl(PR_SET_PDEATHSIG, SIGTERM); /* no service outlives its benchmark */
        (void) dup2(null, 2);
        (void) execv(program, arguments);
        _exit(127);
    }
    return process->pid > 0;
}

bool
bench_stop(bench_process *process)
{
    int status = 0;

    if (process->pid <= 0)
        return false;
    (void) kill(process->pid, SIGTERM);
    (void) waitpid(process->pid, &status, 0);
    process->pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void) status;
    (void) type;
    (void) walk;
    return remove(path);
}

void
bench_remove(const char *folder)
{
    (void) nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
