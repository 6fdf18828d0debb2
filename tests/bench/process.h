/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * process: the real service, started and stopped by a benchmark in a folder of its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct bench_process {
    pid_t pid;
    char home[512]; /* of the store */
    char run[512];  /* of the sockets */
} bench_process;

/* Start SIJILL_BIN/sijill-NAME (or beside this program) on folder/NAME and folder/run; `extra` are
 * further arguments, ended by NULL. */
bool bench_start(bench_process *process, const char *name, const char *folder,
                 const char *const *extra);
/* Start PROGRAM of the build with these arguments, ended by NULL, and no output; 0: no. */
pid_t bench_spawn(const char *name, const char *const *arguments);
/* What PROGRAM prints; false: it did not end well. */
bool bench_output(const char *name, const char *const *arguments, char *out, size_t size);
/* Wait for its end; true: exit code 0. */
bool bench_ended(pid_t pid);
/* SIGTERM and wait; false: it did not end well. */
bool bench_stop(bench_process *process);
/* Processor time of a process that runs, or of this one (0), by all its threads. */
uint64_t bench_cpu_us(pid_t pid);
/* What this machine's processors did since it started, in hundredths of a second: all there was of
 * them, and what its host gave to other guests while this one had work.  Zeros: it does not say. */
typedef struct bench_ticks {
    uint64_t all, stolen;
} bench_ticks;
bench_ticks bench_machine(void);
/* Others had more of it between the two than a clock of such ticks can be wrong by. */
bool bench_disturbed(bench_ticks before, bench_ticks after);
/* The program's path beside this one. */
void bench_program(char path[512], const char *name);
/* Remove a folder and all in it. */
void bench_remove(const char *folder);
