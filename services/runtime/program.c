/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/program.h"

#include "services/core/scrub.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "storage/backup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_DAMAGE = 5, SCRUB_ARENA = 64 * 1024 * 1024 };

static const sj_option common[] = {
    { .name = "home", .kind = SJ_OPTION_TEXT, .value = "DIR", .help = "folder of the store" },
    { .name = "run",
      .kind = SJ_OPTION_TEXT,
      .value = "DIR",
      .fallback = "",
      .help = "folder of the sockets (to serve)" },
    { .name = "tcp",
      .kind = SJ_OPTION_TEXT,
      .value = "HOST:PORT",
      .fallback = "",
      .help = "also serve by tcp, with CURVE; the feed is on PORT + 1" },
    { .name = "curve-key",
      .kind = SJ_OPTION_TEXT,
      .value = "FILE",
      .fallback = "",
      .help = "our secret CURVE key, mode 0600: sijill peer keygen FILE" },
    { .name = "peers",
      .kind = SJ_OPTION_TEXT,
      .value = "FILE",
      .fallback = "",
      .help = "who may connect by tcp, and which services are elsewhere" },
    { .name = "backup",
      .kind = SJ_OPTION_TEXT,
      .value = "DIR",
      .fallback = "",
      .help = "copy the store to DIR beside the running service, and exit" },
    { .name = "scrub", .kind = SJ_OPTION_FLAG, .help = "read every record and counter, and exit" },
};

enum { COMMON_COUNT = sizeof common / sizeof common[0] };

static bool
open_read_only(sj_store **store, const sj_core *core, const char *home)
{
    sj_schema schema = { .service = core->name, .version = core->schema, .tables = core->tables };
    char words[SJ_WORDS_MAX];

    if (sj_store_open_read_only(store, home, &schema, words))
        return true;
    (void) fprintf(stderr, "%s: %s\n", core->name, words);
    return false;
}

static int
backup(const sj_core *core, const char *home, const char *folder)
{
    char words[SJ_WORDS_MAX];
    sj_store *store;
    bool good;

    if (!open_read_only(&store, core, home))
        return EXIT_REFUSED;
    good = sj_backup(store, folder, words);
    if (good)
        (void) printf("%s: copied to %s/store, sequence %" PRIu64 " or later\n", core->name, folder,
                      sj_store_meta(store)->seq);
    else
        (void) fprintf(stderr, "%s: %s\n", core->name, words);
    sj_store_close(&store);
    return good ? 0 : EXIT_REFUSED;
}

static void
on_damage(void *context, const char *words)
{
    ++*(uint64_t *) context;
    (void) printf("damage: %s\n", words);
}

static int
scrub(const sj_core *core, const char *home)
{
    uint64_t damages = 0;
    uint64_t records;
    sj_store *store;
    sj_arena arena;
    sj_txn *txn;

    if (!open_read_only(&store, core, home))
        return EXIT_REFUSED;
    if (!sj_arena_open(&arena, SCRUB_ARENA)) {
        (void) fprintf(stderr, "%s: no memory\n", core->name);
        sj_store_close(&store);
        return EXIT_REFUSED;
    }
    records = sj_scrub_records(store, on_damage, &damages);
    if (damages == 0) { /* counters of damaged records say nothing */
        txn = sj_read_begin(store, &arena, 0);
        sj_scrub_common(txn, on_damage, &damages);
        core->scrub(txn, on_damage, &damages);
        if (sj_txn_fault(txn) != SJ_FAULT_NONE)
            on_damage(&damages, sj_txn_fault_words(txn));
        sj_read_end(txn);
    }
    (void) printf("%s: %" PRIu64 " records read, %" PRIu64 " damages%s\n", core->name, records,
                  damages, damages == 0 ? "" : ": stop the service and restore the last backup");
    sj_arena_close(&arena);
    sj_store_close(&store);
    return damages == 0 ? 0 : EXIT_DAMAGE;
}

static int
serve(const sj_program *program, const sj_options *options, uint64_t started_us)
{
    static sj_service service; /* 100 KiB: not for the stack */
    sj_service_options paths = { .home = sj_option_text(options, "home"),
                                 .run = sj_option_text(options, "run"),
                                 .tcp = sj_option_text(options, "tcp"),
                                 .curve_key = sj_option_text(options, "curve-key"),
                                 .peers = sj_option_text(options, "peers") };
    int code = EXIT_REFUSED;

    if (paths.run[0] == '\0') {
        (void) fprintf(stderr, "%s: give --run DIR, the folder of the sockets\n", program->name);
        return EXIT_USAGE;
    }
    sj_options_log(options);
    if (sj_service_open(&service, program->plan, &paths, started_us))
        code = sj_service_run(&service);
    sj_service_close(&service);
    return code;
}

int
sj_program_main(const sj_program *program, int argc, char **argv)
{
    uint64_t started_us = sj_monotonic_us();
    const sj_core *core = program->plan->core;
    sj_option rows[SJ_OPTIONS_MAX];
    sj_options options = { program->name, program->purpose, rows,
                           COMMON_COUNT + program->extra_count };
    const char *home;
    int code;

    memcpy(rows, common, sizeof common);
    if (program->extra_count > 0)
        memcpy(rows + COMMON_COUNT, program->extra, program->extra_count * sizeof rows[0]);
    code = sj_options_read(&options, argc, argv);
    if (code >= 0)
        return code;
    home = sj_option_text(&options, "home");
    if (sj_option_flag(&options, "scrub"))
        return scrub(core, home);
    if (sj_option_text(&options, "backup")[0] != '\0')
        return backup(core, home, sj_option_text(&options, "backup"));
    if (program->prepare != NULL && !program->prepare(&options))
        return EXIT_USAGE;
    return serve(program, &options, started_us);
}
