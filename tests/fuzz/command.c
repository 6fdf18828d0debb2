/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as the body of any command, query or record of any core, on stores that have seen all
 * stories.  Before the body stand two octets of its type and one of the core (its lower half) and
 * of who asks (its upper half).  Nothing is committed; no body may be a fault, but for one that
 * needs too much memory.
 */
#include "services/core/apply.h"
#include "services/core/housekeeping.h"
#include "services/core/key_rows.h"
#include "services/core/message.h"
#include "services/core/roles.h"
#include "sijill/v1/registration.pb-c.h"
#include "storage/store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sweep/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUTES_MAX = 128, HEAD_SIZE = 3, CORE_MASK = 0x0f, WHO_SHIFT = 4, KEY_CHANGED = 135 };

enum { BY_OPERATOR, BY_GATEWAY, BY_NOBODY, BY_TRAINER };

static const uint8_t key_id[SJ_ID_SIZE] = { 0x77 };
static const uint8_t key_hash[SJ_CREDENTIAL_SIZE] = { 0x78 };

typedef struct target {
    const tape *told;
    const sj_route *route;
} target;

static stories told;
static target targets[ROUTES_MAX];
static size_t target_count;

/* The row, in a transaction of its own: registration takes no records. */
static void
put_key(fixture *f, Sijill__V1__KeyChanged *key)
{
    sj_about about = { .org = 1 };
    sj_key_row row;
    sj_txn *txn;

    sijill__v1__key_row__init(&row);
    row.key = key;
    sj_arena_reset(&f->arena);
    txn = sj_write_begin(f->store, &f->arena);
    about.now_ms = sj_log_time(txn);
    sj_command_begin(txn, &about);
    sj_key_row_put(txn, about.org, &row);
    (void) sj_command_accept(txn, (sj_bytes){ key_id, sizeof key_id });
    if (!sj_write_commit(txn))
        abort();
}

static void
add_routes(const tape *of, const sj_route *routes)
{
    for (const sj_route *route = routes; route->handle != NULL; route++)
        if (target_count < ROUTES_MAX)
            targets[target_count++] = (target){ of, route };
}

/* A trainer's key of the course, in every store. */
static void
add_trainer(void)
{
    Sijill__V1__GetEvent get;
    Sijill__V1__KeyChanged key;
    ProtobufCBinaryData event;
    uint8_t course[SJ_ID_SIZE];
    fixture *const others[] = { told.registration.f, told.attendance.f, told.certificate.f };

    sijill__v1__get_event__init(&get);
    get.slug = literal("course");
    if (fixture_run(told.registration.f, 150, &get.base, SCENARIO_ENDS) != SJ_OK)
        abort();
    memcpy(course,
           ((Sijill__V1__EventView *) fixture_reply(told.registration.f,
                                                    &sijill__v1__event_view__descriptor))
               ->event->id.data,
           sizeof course);
    event = sj_id_data(course);
    sijill__v1__key_changed__init(&key);
    key.has_id = key.has_hash = key.has_role = true;
    key.id = sj_id_data(key_id);
    key.hash = (ProtobufCBinaryData){ sizeof key_hash, (uint8_t *) (uintptr_t) key_hash };
    key.role = SIJILL__V1__ACCESS__ROLE__TRAINER;
    key.n_event_id = 1;
    key.event_id = &event;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        put_key(others[i], &key);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    stories_tell(&told, true);
    add_routes(&told.registration, told.registration.core->routes);
    add_routes(&told.attendance, told.attendance.core->routes);
    add_routes(&told.certificate, told.certificate.core->routes);
    add_routes(&told.registration, sj_common_routes);
    add_trainer();
    return 0;
}

/* A record comes from another service of ours: one that does not parse is damage. */
static bool
may_fail(const sj_route *route, sj_fault fault)
{
    return fault == SJ_FAULT_ARENA || (fault == SJ_FAULT_DAMAGE && route->kind == SJ_ROUTE_RECORD);
}

static bool
run(fixture *f, const sj_route *route, const sj_command *cmd, sj_fault *fault)
{
    bool query = route->kind == SJ_ROUTE_QUERY;
    sj_txn *txn = query ? sj_read_begin(f->store, &f->arena, cmd->now_ms)
                        : sj_write_begin(f->store, &f->arena);
    sj_reply reply;
    bool good;

    if (query)
        good = sj_answer(txn, f->core, cmd, &reply);
    else if (route->kind == SJ_ROUTE_RECORD)
        good = sj_apply_record(txn, f->core, cmd, 1, (sj_cursor){ 1, cmd->record_seq }, &reply);
    else
        good = sj_apply(txn, f->core, cmd, &reply);
    *fault = sj_txn_fault(txn);
    if (!good && !may_fail(route, *fault))
        (void) fprintf(stderr, "%s: %s\n", route->name, sj_txn_fault_words(txn));
    if (query)
        sj_read_end(txn);
    else
        sj_write_abort(txn);
    return good;
}

/* What the head names; any route when it names none. */
static const target *
choose(const uint8_t head[HEAD_SIZE])
{
    uint32_t type = (uint32_t) head[0] << 8 | head[1];

    for (size_t i = 0; i < target_count; i++)
        if (targets[i].route->type == type && targets[i].told->core->shard == (head[2] & CORE_MASK))
            return &targets[i];
    return &targets[type % target_count];
}

static void
ask_as(sj_command *cmd, unsigned who)
{
    if (who != BY_OPERATOR)
        cmd->peer = SJ_PEER_GATEWAY;
    cmd->delegated = who == BY_NOBODY || who == BY_TRAINER;
    cmd->has_credential = who == BY_TRAINER;
    if (who == BY_TRAINER) {
        memcpy(cmd->actor, key_id, sizeof key_id);
        memcpy(cmd->credential, key_hash, sizeof key_hash);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
    const target *to = size < HEAD_SIZE ? NULL : choose(octets);
    sj_command cmd = { .org = 1, .now_ms = SCENARIO_ENDS + 3 * SCENARIO_HOUR };
    sj_fault fault;

    if (to == NULL || size > 64 * 1024)
        return 0;
    cmd.type = to->route->type;
    cmd.body = (sj_bytes){ octets + HEAD_SIZE, size - HEAD_SIZE };
    if (to->route->kind == SJ_ROUTE_RECORD) {
        cmd.origin = SJ_FROM_FEED;
        cmd.record_seq = UINT32_MAX;
        cmd.personal = cmd.body;
    } else if (to->route->kind == SJ_ROUTE_INTERNAL) {
        cmd.origin = SJ_FROM_ITSELF;
    } else {
        ask_as(&cmd, octets[2] >> WHO_SHIFT);
    }
    sj_write_u64(cmd.id, cmd.now_ms << 16);
    sj_arena_reset(&to->told->f->arena);
    if (!run(to->told->f, to->route, &cmd, &fault) && !may_fail(to->route, fault))
        abort();
    return 0;
}

static void
write_seed(const tape *t, const tape_step *step, unsigned who, const char *path)
{
    uint8_t head[HEAD_SIZE] = { (uint8_t) (step->cmd.type >> 8), (uint8_t) step->cmd.type,
                                (uint8_t) (t->core->shard | who << WHO_SHIFT) };
    FILE *file = fopen(path, "wbx");

    if (file == NULL)
        return;
    (void) fwrite(head, 1, sizeof head, file);
    if (step->cmd.body.size > 0)
        (void) fwrite(step->cmd.body.at, 1, step->cmd.body.size, file);
    (void) fclose(file);
}

/* One of each route and answer of the stories; of what was accepted, one of each other sender who
 * is looked at more closely. */
static void
write_seeds(const tape *t, const char *folder)
{
    static const struct {
        unsigned who;
        uint32_t role;
        const char *name;
    } others[] = { { BY_GATEWAY, SJ_ROLE(GATEWAY), "gateway" },
                   { BY_TRAINER, SJ_ROLE(TRAINER), "trainer" } };
    char path[512];

    for (size_t i = 0; i < t->count; i++) {
        const tape_step *step = &t->steps[i];
        const sj_right *right = sj_right_of(step->cmd.type);

        (void) snprintf(path, sizeof path, "%s/%s-%u-%d.seed", folder, t->core->name,
                        step->cmd.type, (int) step->reply.status);
        write_seed(t, step, BY_OPERATOR, path);
        for (size_t n = 0; n < 2; n++) {
            if (right == NULL || (right->roles & others[n].role) == 0 ||
                step->reply.status != SJ_OK)
                continue;
            (void) snprintf(path, sizeof path, "%s/%s-%u-%s.seed", folder, t->core->name,
                            step->cmd.type, others[n].name);
            write_seed(t, step, others[n].who, path);
        }
    }
}

void
fuzz_write_seeds(const char *folder)
{
    write_seeds(&told.registration, folder);
    write_seeds(&told.attendance, folder);
    write_seeds(&told.certificate, folder);
}
