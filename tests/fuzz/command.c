/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as the body of any command, query or record of any core, on stores that have seen all
 * stories.  Before the body stand two octets of its type and one of the core.  Nothing is
 * committed; no body may be a fault, but for one that needs too much memory.
 */
#include "services/core/apply.h"
#include "services/core/housekeeping.h"
#include "storage/store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sweep/scenario.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUTES_MAX = 128, HEAD_SIZE = 3 };

typedef struct target {
    const tape *told;
    const sj_route *route;
} target;

static stories told;
static target targets[ROUTES_MAX];
static size_t target_count;

static void
add_routes(const tape *of, const sj_route *routes)
{
    for (const sj_route *route = routes; route->handle != NULL; route++)
        if (target_count < ROUTES_MAX)
            targets[target_count++] = (target){ of, route };
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
        if (targets[i].route->type == type && targets[i].told->core->shard == head[2])
            return &targets[i];
    return &targets[type % target_count];
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
    }
    sj_write_u64(cmd.id, cmd.now_ms << 16);
    sj_arena_reset(&to->told->f->arena);
    if (!run(to->told->f, to->route, &cmd, &fault) && !may_fail(to->route, fault))
        abort();
    return 0;
}

/* One of each route and answer of the stories. */
static void
write_seeds(const tape *t, const char *folder)
{
    for (size_t i = 0; i < t->count; i++) {
        const tape_step *step = &t->steps[i];
        uint8_t head[HEAD_SIZE] = { (uint8_t) (step->cmd.type >> 8), (uint8_t) step->cmd.type,
                                    (uint8_t) t->core->shard };
        char path[512];
        FILE *file;

        (void) snprintf(path, sizeof path, "%s/%s-%u-%d.seed", folder, t->core->name,
                        step->cmd.type, (int) step->reply.status);
        file = fopen(path, "wbx");
        if (file == NULL)
            continue;
        (void) fwrite(head, 1, sizeof head, file);
        if (step->cmd.body.size > 0)
            (void) fwrite(step->cmd.body.at, 1, step->cmd.body.size, file);
        (void) fclose(file);
    }
}

void
fuzz_write_seeds(const char *folder)
{
    write_seeds(&told.registration, folder);
    write_seeds(&told.attendance, folder);
    write_seeds(&told.certificate, folder);
}
