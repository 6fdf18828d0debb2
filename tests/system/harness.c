/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/system/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16, SHOWN_MAX = 4096, NAP_US = 2000, TREE_DEPTH = 16 };

const char *const which_names[WHICH_COUNT] = { "registration", "attendance", "certificate",
                                               "signer" };

static const char issuer[] = "did:web:sijill.example";

static uint64_t
clock_ms(clockid_t clock)
{
    struct timespec now;

    (void) clock_gettime(clock, &now);
    return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

uint64_t
wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

uint64_t
mono_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

ProtobufCBinaryData
id_data(const uint8_t id[SIJILL_ID_SIZE])
{
    return (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) id };
}

/* ---- folder and programs --------------------------------------------------------------------- */

const char *
world_path(const world *w, const char *name, char path[WORLD_PATH])
{
    int size = snprintf(path, WORLD_PATH, "%s/%s", w->folder, name);

    assert_true(size > 0 && size < WORLD_PATH);
    return path;
}

static void
program_path(const char *name, char path[PATH_MAX])
{
    const char *folder = getenv("SIJILL_BIN");
    char self[PATH_MAX];
    ssize_t size;

    if (folder == NULL) {
        size = readlink("/proc/self/exe", self, sizeof self - 1);
        assert_true(size > 0);
        self[size] = '\0';
        *strrchr(self, '/') = '\0';
        folder = self;
    }
    assert_true(snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX);
}

/* In the child: nothing that is started outlives the test. */
static _Noreturn void
become(const char *path, const char *said, const char *const arguments[], pid_t parent)
{
    const char *all[ARGUMENTS_MAX] = { path };
    int fd = open(said, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    size_t count = 1;

    for (; arguments[count - 1] != NULL && count < ARGUMENTS_MAX - 1; count++)
        all[count] = arguments[count - 1];
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(126);
    (void) execv(path, (char *const *) (uintptr_t) all);
    _exit(127);
}

pid_t
program_start(const world *w, const char *name, const char *said, const char *const arguments[])
{
    char path[PATH_MAX], output[WORLD_PATH];
    pid_t parent = getpid();
    pid_t pid;

    program_path(name, path);
    (void) world_path(w, said, output);
    (void) fflush(stdout);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(path, output, arguments, parent);
    return pid;
}

static int
exit_code(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool
program_ended(pid_t pid, int *code)
{
    int status = 0;
    pid_t ended = waitpid(pid, &status, WNOHANG);

    assert_true(ended >= 0);
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended == pid;
}

int
program_run(const world *w, const char *name, const char *const arguments[])
{
    char said[WORLD_PATH];

    (void) unlink(world_path(w, "said", said));
    return exit_code(program_start(w, name, "said", arguments));
}

/* What a file holds, with a NUL behind it; "" when there is none. */
static char *
file_text(const world *w, const char *name)
{
    char path[WORLD_PATH];
    FILE *file = fopen(world_path(w, name, path), "re");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL || getdelim(&text, &size, EOF, file) < 0) {
        free(text);
        text = strdup("");
    }
    if (file != NULL)
        (void) fclose(file);
    return text;
}

bool
world_says(const world *w, const char *name, const char *words)
{
    char *text = file_text(w, name);
    bool says = strstr(text, words) != NULL;

    free(text);
    return says;
}

void
world_show(const world *w, which s)
{
    char name[32];
    char *text, *line, *rest;
    size_t size;

    (void) snprintf(name, sizeof name, "%s.log", which_names[s]);
    text = file_text(w, name);
    size = strlen(text);
    rest = size > SHOWN_MAX ? text + size - SHOWN_MAX : text;
    print_message("# %s\n", name);
    while ((line = strsep(&rest, "\n")) != NULL)
        print_message("#   %s\n", line);
    free(text);
}

static void
file_write(const world *w, const char *name, const char *text)
{
    char path[WORLD_PATH];
    int fd = open(world_path(w, name, path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    (void) close(fd);
}

void
world_open(world *w)
{
    const char *base = getenv("TMPDIR");
    char key[WORLD_PATH], phrase[WORLD_PATH];
    const char *arguments[] = { "--init", "--key", key, "--passphrase-file", phrase, NULL };

    memset(w, 0, sizeof *w);
    assert_true(snprintf(w->folder, sizeof w->folder, "%s/sijill-XXXXXX",
                         base == NULL ? "/tmp" : base) < (int) sizeof w->folder);
    assert_non_null(mkdtemp(w->folder));
    file_write(w, "phrase", "a passphrase of this test\n");
    (void) world_path(w, "key", key);
    (void) world_path(w, "phrase", phrase);
    assert_int_equal(mkdir(world_path(w, "run", (char[WORLD_PATH]){ 0 }), 0750), 0);
    assert_int_equal(program_run(w, "sijill-signer", arguments), 0);
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void) status;
    (void) kind;
    (void) place;
    return remove(path);
}

void
world_close(world *w)
{
    bool reported = false;

    for (which s = REGISTRATION; s < WHICH_COUNT; s++) {
        char name[32];

        if (w->pids[s] != 0)
            service_kill(w, s);
        (void) snprintf(name, sizeof name, "%s.log", which_names[s]);
        if (world_says(w, name, "runtime error:") || world_says(w, name, "AddressSanitizer") ||
            world_says(w, name, "Assertion")) {
            world_show(w, s);
            reported = true;
        }
    }
    if (getenv("SIJILL_KEEP") == NULL)
        (void) nftw(w->folder, remove_one, TREE_DEPTH, FTW_DEPTH | FTW_PHYS);
    else
        print_message("# kept: %s\n", w->folder);
    assert_false(reported);
}

/* ---- services -------------------------------------------------------------------------------- */

const char *
service_endpoint(const world *w, which s, const char *suffix, char text[WORLD_PATH])
{
    (void) snprintf(text, WORLD_PATH, "ipc://%s/run/%s%s.sock", w->folder, which_names[s], suffix);
    return text;
}

void
service_start(world *w, which s)
{
    char program[32], log[32], home[WORLD_PATH], run[WORLD_PATH], key[WORLD_PATH],
        phrase[WORLD_PATH], endpoint[WORLD_PATH];
    const char *serve[] = { "--home", home, "--run", run, NULL };
    const char *sign[] = { "--key",      key,        "--passphrase-file",
                           phrase,       "--issuer", issuer,
                           "--endpoint", endpoint,   NULL };

    assert_int_equal(w->pids[s], 0);
    (void) snprintf(program, sizeof program, "sijill-%s", which_names[s]);
    (void) snprintf(log, sizeof log, "%s.log", which_names[s]);
    (void) world_path(w, which_names[s], home);
    (void) world_path(w, "run", run);
    (void) world_path(w, "key", key);
    (void) world_path(w, "phrase", phrase);
    (void) service_endpoint(w, SIGNER, "", endpoint);
    w->pids[s] = program_start(w, program, log, s == SIGNER ? sign : serve);
}

bool
service_running(const world *w, which s)
{
    siginfo_t info = { .si_pid = 0 };

    return w->pids[s] != 0 &&
           waitid(P_PID, (id_t) w->pids[s], &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

void
service_await(const world *w, which s)
{
    Sijill__V1__ServiceStatus *status;
    char path[WORLD_PATH];
    uint64_t until = mono_ms() + WORLD_ANSWER_MS;

    (void) snprintf(path, sizeof path, "%s/run/%s%s.sock", w->folder, which_names[s],
                    s == SIGNER ? "" : ".ctl");
    while (access(path, F_OK) != 0) {
        if (!service_running(w, s) || mono_ms() > until) {
            world_show(w, s);
            fail_msg("%s did not start", which_names[s]);
        }
        (void) usleep(NAP_US);
    }
    if (s == SIGNER)
        return;
    status = service_status(w, s);
    sijill_free(status);
}

void
world_start(world *w)
{
    for (which s = REGISTRATION; s < WHICH_COUNT; s++)
        service_start(w, s);
    for (which s = REGISTRATION; s < WHICH_COUNT; s++)
        service_await(w, s);
}

int
service_ended(world *w, which s)
{
    int code = exit_code(w->pids[s]);

    w->pids[s] = 0;
    return code;
}

void
service_kill(world *w, which s)
{
    (void) kill(w->pids[s], SIGKILL);
    (void) service_ended(w, s);
}

int
service_stop(world *w, which s)
{
    (void) kill(w->pids[s], SIGTERM);
    return service_ended(w, s);
}

int
service_scrub(const world *w, which s)
{
    char program[32], home[WORLD_PATH];
    const char *arguments[] = { "--home", home, "--scrub", NULL };

    (void) snprintf(program, sizeof program, "sijill-%s", which_names[s]);
    (void) world_path(w, which_names[s], home);
    return program_run(w, program, arguments);
}

sijill *
service_connect(const world *w, which s)
{
    char endpoint[WORLD_PATH];
    sijill_options options = { .endpoint = service_endpoint(w, s, "", endpoint),
                               .deadline_ms = WORLD_ANSWER_MS };
    sijill *service;

    sijill_actor("organiser", options.actor);
    service = sijill_open(&options);
    assert_non_null(service);
    return service;
}

Sijill__V1__ServiceStatus *
service_status(const world *w, which s)
{
    char endpoint[WORLD_PATH];
    sijill_options options = { .endpoint = service_endpoint(w, s, ".ctl", endpoint),
                               .deadline_ms = WORLD_ANSWER_MS };
    sijill *ctl = sijill_open(&options);
    Sijill__V1__ServiceStatus *status;

    assert_non_null(ctl);
    status = ask_for(ctl, 950, NULL, &sijill__v1__service_status__descriptor);
    sijill_close(&ctl);
    return status;
}

/* ---- requests -------------------------------------------------------------------------------- */

uint32_t
ask(sijill *service, uint32_t type, const ProtobufCMessage *body, sijill_reply *reply)
{
    sijill_request request = { .type = type, .body = body };

    (void) sijill_call(service, &request, reply);
    return reply->code;
}

void *
ask_for(sijill *service, uint32_t type, const ProtobufCMessage *body,
        const ProtobufCMessageDescriptor *answer)
{
    sijill_reply reply;
    void *message;

    if (ask(service, type, body, &reply) != SIJILL__V1__CODE__OK)
        fail_msg("type %u: %s: %s %s", type, sijill_code_name(reply.code), reply.detail,
                 reply.field);
    message = sijill_unpack(&reply, answer);
    assert_non_null(message);
    return message;
}

void
define_organisation(sijill *registration)
{
    Sijill__V1__Text name = SIJILL__V1__TEXT__INIT;
    Sijill__V1__Text *names[] = { &name };
    Sijill__V1__DefineOrganisation body = SIJILL__V1__DEFINE_ORGANISATION__INIT;

    name.lang = (char *) (uintptr_t) "en";
    name.text = (char *) (uintptr_t) "An organisation";
    body.n_name = 1;
    body.name = names;
    sijill_free(ask_for(registration, 100, &body.base, &sijill__v1__defined__descriptor));
}

void
define_event(sijill *registration, const char *slug, bool ended, Sijill__V1__EventRules *rules,
             uint8_t id[SIJILL_ID_SIZE])
{
    static const uint64_t hour_ms = 3600 * 1000;
    uint64_t starts_ms = ended ? wall_ms() - 24 * hour_ms : wall_ms() + 24 * hour_ms;
    time_t starts = (time_t) (starts_ms / 1000);
    Sijill__V1__Text title = SIJILL__V1__TEXT__INIT;
    Sijill__V1__Text *titles[] = { &title };
    Sijill__V1__Session session = SIJILL__V1__SESSION__INIT;
    Sijill__V1__Session *sessions[] = { &session };
    Sijill__V1__Event event = SIJILL__V1__EVENT__INIT;
    Sijill__V1__DefineEvent body = SIJILL__V1__DEFINE_EVENT__INIT;
    Sijill__V1__Defined *defined;
    struct tm day;
    char date[16];

    (void) strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&starts, &day));
    title.lang = (char *) (uintptr_t) "en";
    title.text = (char *) (uintptr_t) "An event";
    session.has_starts_ms = session.has_ends_ms = 1;
    session.starts_ms = starts_ms;
    session.ends_ms = starts_ms + hour_ms;
    event.slug = (char *) (uintptr_t) slug;
    event.kind = (char *) (uintptr_t) "webinar";
    event.n_title = 1;
    event.title = titles;
    event.start_date = event.end_date = date;
    event.time_zone = (char *) (uintptr_t) "Asia/Tashkent";
    event.has_mode = 1;
    event.mode = SIJILL__V1__MODE__ONLINE;
    event.n_sessions = 1;
    event.sessions = sessions;
    event.rules = rules;
    body.event = &event;
    defined = ask_for(registration, 102, &body.base, &sijill__v1__defined__descriptor);
    assert_int_equal(defined->id.len, SIJILL_ID_SIZE);
    memcpy(id, defined->id.data, SIJILL_ID_SIZE);
    sijill_free(defined);
}

void
register_form_fill(register_form *form, const uint8_t event[SIJILL_ID_SIZE], const char *email)
{
    sijill__v1__person__init(&form->person);
    sijill__v1__register__init(&form->message);
    (void) snprintf(form->email, sizeof form->email, "%s", email);
    memcpy(form->event, event, SIJILL_ID_SIZE);
    form->person.name = form->email;
    form->person.email = form->email;
    form->person.country = (char *) (uintptr_t) "UZ";
    form->message.person = &form->person;
    form->message.has_event_id = 1;
    form->message.event_id = id_data(form->event);
}
