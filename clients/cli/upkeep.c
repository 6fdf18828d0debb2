/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup and scrub: the services' own programs do it, read only, beside the running services.
 */
#include <stdio.h>

#include "clients/cli/commands.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 8, KILLED = 128 }; /* 128 and the signal, as a shell has it */

extern char **environ;

/* Consumers before producers, so that no copy's cursor is ahead of the feed it follows. */
static const int order[] = { CERTIFICATE, ATTENDANCE, REGISTRATION };

/* sijill-NAME beside this program. */
static bool
program_path(int service, char path[PATH_SIZE])
{
    char self[PATH_SIZE];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash;

    if (size <= 0)
        return false;
    self[size] = '\0';
    slash = strrchr(self, '/');
    return snprintf(path, PATH_SIZE, "%.*s/sijill-%s", (int) (slash - self), self,
                    service_name(service)) < PATH_SIZE &&
           access(path, X_OK) == 0;
}

/* Runs it to its end; its words go to stderr, so that stdout keeps one document.  Its exit code,
 * -1: it did not run. */
static int
program_run(char *const argv[])
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    int failed;

    (void) posix_spawn_file_actions_init(&actions);
    (void) posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    failed = posix_spawn(&child, argv[0], &actions, NULL, argv, environ);
    (void) posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED + WTERMSIG(status);
}

/* What the exit code of backup or scrub means here.  LMDB follows the numbers in its pages without
 * checks of its own, so a scrub that is killed by what it reads has found damage, too. */
static int
outcome_of(cli *c, int service, const char *mode, int code)
{
    bool scrub = strcmp(mode, "scrub") == 0;

    if (code == EXIT_DONE)
        return EXIT_DONE;
    if (scrub && (code == KILLED + SIGSEGV || code == KILLED + SIGBUS || code == KILLED + SIGABRT))
        return fail(c, EXIT_UNVERIFIED,
                    "damage: the pages of %s's store lead nowhere (scrub was ended by signal %d): "
                    "stop the service and restore the last backup",
                    service_name(service), code - KILLED);
    /* Damage and wrong usage keep their codes; 1, "failed", is ours to call refused. */
    return fail(c, code == EXIT_USAGE || code == EXIT_UNVERIFIED ? code : EXIT_REFUSED,
                "%s of %s did not succeed (exit %d)", mode, service_name(service), code);
}

static int
service_run(cli *c, int service, const char *mode, const char *folder, json_t *rows)
{
    char program[PATH_SIZE];
    char home[PATH_SIZE];
    char to[PATH_SIZE] = "";
    char home_word[] = "--home";
    char mode_word[WORDS_MAX * 2];
    char *argv[WORDS_MAX] = {
        program, home_word, home, mode_word, folder == NULL ? NULL : to, NULL
    };
    int code;

    if (!program_path(service, program))
        return fail(c, EXIT_USAGE,
                    "sijill-%s is not beside this program: install both in one folder",
                    service_name(service));
    if (snprintf(home, sizeof home, "%s/%s", c->home, service_name(service)) >= PATH_SIZE ||
        snprintf(to, sizeof to, "%s/%s", folder == NULL ? "" : folder, service_name(service)) >=
            PATH_SIZE)
        return fail(c, EXIT_USAGE, "a path is longer than %d octets: give a shorter one",
                    PATH_SIZE - 1);
    (void) snprintf(mode_word, sizeof mode_word, "--%s", mode);
    if (access(home, R_OK | X_OK) != 0)
        return fail(c, EXIT_NOT_FOUND, "there is no store in %s: say where with --home", home);
    (void) fflush(stdout);
    code = program_run(argv);
    (void) json_array_append_new(rows,
                                 json_pack("{s:s, s:i, s:s*}", "service", service_name(service),
                                           "exit", code, "to", folder == NULL ? NULL : to));
    return outcome_of(c, service, mode, code);
}

static int
services_run(cli *c, const char *mode, const char *folder)
{
    json_t *rows = json_array();
    int outcome = EXIT_DONE;

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        int code = service_run(c, order[i], mode, folder, rows);

        if (outcome == EXIT_DONE)
            outcome = code;
        if (code != EXIT_DONE && folder != NULL)
            break; /* half a backup is none; a scrub looks at every store */
    }
    if (c->json) {
        (void) json_dumpf(rows, stdout, JSON_COMPACT);
        (void) putchar('\n');
    }
    json_decref(rows);
    return outcome;
}

static int
backup_run(cli *c)
{
    const char *folder = arg_text(c, "to");
    int outcome;

    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(c, EXIT_USAGE, "cannot make %s: %s", folder, strerror(errno));
    outcome = services_run(c, "backup", folder);
    if (outcome == EXIT_DONE)
        note(c, "backed up to %s: certificate, attendance, registration", folder);
    return outcome;
}

static int
scrub_run(cli *c)
{
    return services_run(c, "scrub", NULL);
}

static const option backup_options[] = {
    { "to", "DIR", "made when it is not there; one folder a service in it", true },
    { NULL, NULL, NULL, false },
};

const command upkeep_commands[] = {
    { "backup", NULL, "copy the three stores while they run", backup_options, backup_run,
      "The signer's key is no part of it: keep that apart." },
    { "scrub", NULL, "read every record and every counter of the three stores", NULL, scrub_run,
      "Exit 5 when damage was found; the words say which record and what to restore." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
