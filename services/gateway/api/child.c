/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEY_MODE = 0600, READ_SIZE = 1024 };

struct child {
    child_parts parts;
    pid_t pid;                    /* 0: ended */
    int pid_fd, out_fd, error_fd; /* -1: none */
    int status;
    char words[CHILD_WORDS_SIZE]; /* the last line, and what came behind it */
    size_t size;
};

/* ---- descriptors -------------------------------------------------------------------------------
 */

static void
put_away(child *c, int *fd)
{
    if (*fd < 0)
        return;
    loop_unwatch(c->parts.loop, *fd);
    (void) close(*fd);
    *fd = -1;
}

static void
woken(void *context)
{
    child *c = context;

    c->parts.woken(c->parts.context);
}

/* Keep the last of it: lines before the last are progress. */
static void
keep_words(child *c, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool new_line = c->size > 0 && c->words[c->size - 1] == '\n';

        if (new_line || c->size + 1 == sizeof c->words)
            c->size = 0;
        c->words[c->size++] = text[i];
    }
}

static void
read_errors(void *context)
{
    child *c = context;
    char text[READ_SIZE];
    ssize_t got = 0;

    while (c->error_fd >= 0 && (got = read(c->error_fd, text, sizeof text)) > 0)
        keep_words(c, text, (size_t) got);
    if (got == 0)
        put_away(c, &c->error_fd);
    woken(c);
}

static void
ended(void *context)
{
    child *c = context;

    if (c->pid == 0 || waitpid(c->pid, &c->status, WNOHANG) != c->pid)
        return;
    c->pid = 0;
    put_away(c, &c->pid_fd);
    read_errors(c);
}

/* ---- starting ----------------------------------------------------------------------------------
 */

static int
key_file(const char *key)
{
    int fd = memfd_create("key", MFD_CLOEXEC);
    size_t size = strlen(key);

    if (fd >= 0 && (fchmod(fd, KEY_MODE) != 0 || write(fd, key, size) != (ssize_t) size)) {
        (void) close(fd);
        return -1;
    }
    return fd;
}

static bool
open_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void
close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            (void) close(fds[i]);
}

/* Signals as a program expects them: ours are blocked here. */
static bool
default_signals(posix_spawnattr_t *how)
{
    sigset_t none, all;

    (void) sigemptyset(&none);
    (void) sigfillset(&all);
    (void) sigdelset(&all, SIGKILL);
    (void) sigdelset(&all, SIGSTOP);
    return posix_spawnattr_setsigmask(how, &none) == 0 &&
           posix_spawnattr_setsigdefault(how, &all) == 0 &&
           posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

static pid_t
spawn(const child_parts *parts, int key, int out, int errors)
{
    const char *folder = getenv("TMPDIR");
    char temporary[512] = "TMPDIR=", language[] = "LC_ALL=C.UTF-8";
    char *environment[] = { language, NULL, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    pid_t pid = 0;

    if (folder != NULL && strlen(folder) + strlen(temporary) < sizeof temporary) {
        memcpy(temporary + strlen(temporary), folder, strlen(folder) + 1);
        environment[1] = temporary;
    }
    if (posix_spawn_file_actions_init(&files) != 0)
        return 0;
    if (posix_spawnattr_init(&how) != 0) {
        (void) posix_spawn_file_actions_destroy(&files);
        return 0;
    }
    /* the key last: its number may be one that is a descriptor of ours until then */
    if (!default_signals(&how) ||
        posix_spawn_file_actions_adddup2(&files, parts->input, STDIN_FILENO) != 0 ||
        posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO) != 0 ||
        posix_spawn_file_actions_adddup2(&files, key, CHILD_KEY_FD) != 0 ||
        posix_spawn(&pid, parts->program, &files, &how, parts->arguments, environment) != 0)
        pid = 0;
    (void) posix_spawnattr_destroy(&how);
    (void) posix_spawn_file_actions_destroy(&files);
    return pid;
}

static bool
watch(child *c)
{
    loop *l = c->parts.loop;

    return c->pid_fd >= 0 && loop_watch(l, c->out_fd, true, woken, c) &&
           loop_watch(l, c->error_fd, true, read_errors, c) &&
           loop_watch(l, c->pid_fd, false, ended, c);
}

child *
child_start(const child_parts *parts)
{
    child *c = calloc(1, sizeof *c);
    int ours[] = { -1, -1, -1, -1, -1 }; /* key, both ends of out, of errors */
    bool open;

    if (c == NULL)
        return NULL;
    c->parts = *parts;
    c->pid_fd = c->out_fd = c->error_fd = -1;
    ours[0] = key_file(parts->key);
    open = ours[0] >= 0 && open_pipe(&ours[1]) && open_pipe(&ours[3]);
    if (open)
        c->pid = spawn(parts, ours[0], ours[2], ours[4]);
    if (c->pid > 0) {
        c->out_fd = ours[1];
        c->error_fd = ours[3];
        ours[1] = ours[3] = -1;
        c->pid_fd = pidfd_open(c->pid, 0);
    }
    close_all(ours, sizeof ours / sizeof ours[0]);
    if (c->pid <= 0 || !watch(c))
        child_stop(&c);
    return c;
}

/* ---- on its way --------------------------------------------------------------------------------
 */

long
child_read(child *c, char *at, size_t size)
{
    ssize_t got;

    if (c->out_fd < 0)
        return -1;
    got = read(c->out_fd, at, size);
    if (got > 0)
        return (long) got;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    put_away(c, &c->out_fd);
    return -1;
}

bool
child_ended(child *c, int *status)
{
    *status = c->status;
    return c->pid == 0;
}

const char *
child_words(child *c)
{
    while (c->size > 0 && c->words[c->size - 1] == '\n')
        c->size--;
    c->words[c->size] = '\0';
    return c->words;
}

void
child_end(child *c)
{
    if (c->pid > 0)
        (void) kill(c->pid, SIGKILL);
}

void
child_stop(child **c)
{
    child *gone = *c;

    if (gone == NULL)
        return;
    *c = NULL;
    if (gone->pid > 0) {
        (void) kill(gone->pid, SIGKILL);
        (void) waitpid(gone->pid, &gone->status, 0);
    }
    put_away(gone, &gone->out_fd);
    put_away(gone, &gone->error_fd);
    put_away(gone, &gone->pid_fd);
    free(gone);
}
