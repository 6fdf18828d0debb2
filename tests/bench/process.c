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
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16, STOLEN_PERCENT = 2 };

void
bench_program(char path[512], const char *name)
{
    const char *folder = getenv("SIJILL_BIN");
    char self[400] = "";

    if (folder == NULL && readlink("/proc/self/exe", self, sizeof self - 1) > 0)
        folder = dirname(self);
    (void) snprintf(path, 512, "%s/%s", folder == NULL ? "." : folder, name);
}

static pid_t
spawn(const char *name, const char *const *arguments, int out)
{
    char program[512];
    char *all[ARGUMENTS_MAX] = { program };
    size_t count = 1;
    pid_t pid;

    bench_program(program, name);
    for (; *arguments != NULL && count + 1 < ARGUMENTS_MAX; arguments++)
        all[count++] = (char *) (uintptr_t) *arguments;
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        (void) prctl(PR_SET_PDEATHSIG, SIGTERM); /* nothing outlives its benchmark */
        (void) dup2(out < 0 ? null : out, STDOUT_FILENO);
        (void) dup2(null, STDERR_FILENO);
        (void) execv(program, all);
        _exit(127);
    }
    return pid > 0 ? pid : 0;
}

pid_t
bench_spawn(const char *name, const char *const *arguments)
{
    return spawn(name, arguments, -1);
}

bool
bench_ended(pid_t pid)
{
    int status = 0;

    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
bench_output(const char *name, const char *const *arguments, char *out, size_t size)
{
    int ends[2];
    size_t have = 0;
    ssize_t got = 1;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid = spawn(name, arguments, ends[1]);
    (void) close(ends[1]);
    while (pid > 0 && have + 1 < size && got > 0) {
        got = read(ends[0], out + have, size - 1 - have);
        have += got > 0 ? (size_t) got : 0;
    }
    out[have] = '\0';
    (void) close(ends[0]);
    return pid > 0 && bench_ended(pid);
}

bool
bench_start(bench_process *process, const char *name, const char *folder, const char *const *extra)
{
    const char *arguments[ARGUMENTS_MAX] = { "--home", process->home, "--run", process->run };
    size_t count = 4;
    char program[64];

    (void) snprintf(program, sizeof program, "sijill-%s", name);
    (void) snprintf(process->home, sizeof process->home, "%s/%s", folder, name);
    (void) snprintf(process->run, sizeof process->run, "%s/run", folder);
    for (; extra != NULL && *extra != NULL && count + 1 < ARGUMENTS_MAX; extra++)
        arguments[count++] = *extra;
    process->pid = bench_spawn(program, arguments);
    return process->pid > 0;
}

bool
bench_stop(bench_process *process)
{
    pid_t pid = process->pid;

    process->pid = 0;
    return pid > 0 && kill(pid, SIGTERM) == 0 && bench_ended(pid);
}

uint64_t
bench_cpu_us(pid_t pid)
{
    struct timespec used;
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t) used.tv_sec * 1000000 + (uint64_t) used.tv_nsec / 1000;
}

/* The first line of /proc/stat, in the order of proc(5). */
bench_ticks
bench_machine(void)
{
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, COUNTERS };
    unsigned long long of[COUNTERS] = { 0 };
    bench_ticks ticks = { 0 };
    FILE *file = fopen("/proc/stat", "re");
    char line[256];

    if (file == NULL)
        return ticks;
    if (fgets(line, sizeof line, file) != NULL &&
        sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &of[USER], &of[NICE],
               &of[SYSTEM], &of[IDLE], &of[IOWAIT], &of[IRQ], &of[SOFTIRQ], &of[STEAL]) == COUNTERS)
        for (size_t i = 0; i < COUNTERS; i++)
            ticks.all += of[i];
    (void) fclose(file);
    ticks.stolen = of[STEAL];
    return ticks;
}

bool
bench_disturbed(bench_ticks before, bench_ticks after)
{
    return after.stolen - before.stolen > 1 + (after.all - before.all) * STOLEN_PERCENT / 100;
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
