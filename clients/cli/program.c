/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/program.h"

#include "clients/cli/args.h"
#include "clients/cli/commands.h"
#include "clients/cli/key_file.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMANDS_MAX = 128, DEADLINE_S = 30 };

/* Every command, in the order in which work goes. */
static void
commands_join(command all[COMMANDS_MAX])
{
    const command *const families[] = {
        org_commands,          key_commands,
        peer_commands,         event_commands,
        event_edit_commands,   event_import_commands,
        registration_commands, registration_import_commands,
        attendance_commands,   attendance_import_commands,
        upload_commands,       explain_commands,
        certificate_commands,  certificate_issue_commands,
        hook_commands,         held_commands,
        endpoint_commands,     verify_commands,
        status_commands,       audit_commands,
        upkeep_commands,       feed_commands,
    };
    size_t count = 0;

    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++)
        for (const command *row = families[f]; row->words != NULL && count < COMMANDS_MAX - 1;
             row++)
            all[count++] = *row;
    memset(&all[count], 0, sizeof all[count]);
}

static void
options_print(const option *o)
{
    for (; o != NULL && o->name != NULL; o++) {
        char flag[64];

        (void) snprintf(flag, sizeof flag, "--%s%s%s", o->name, o->value == NULL ? "" : " ",
                        o->value == NULL ? "" : o->value);
        (void) printf("  %-30s %s%s\n", flag, o->help, o->required ? " (needed)" : "");
    }
}

static void
command_help(const command *row)
{
    (void) printf("sijill %s%s%s: %s\n", row->words, row->operands == NULL ? "" : " ",
                  row->operands == NULL ? "" : row->operands, row->help);
    if (row->more != NULL)
        (void) printf("\n%s\n", row->more);
    if (row->options != NULL) {
        (void) puts("\nOptions");
        options_print(row->options);
    }
    (void) puts("\nOptions of every command");
    options_print(global_options);
}

/* All commands, or those whose words begin with `family`. */
static void
commands_print(FILE *to, const command *all, const char *family)
{
    for (const command *row = all; row->words != NULL; row++) {
        char line[96];

        if (family != NULL &&
            (strncmp(row->words, family, strlen(family)) != 0 ||
             (row->words[strlen(family)] != ' ' && row->words[strlen(family)] != '\0')))
            continue;
        (void) snprintf(line, sizeof line, "%s%s%s", row->words, row->operands == NULL ? "" : " ",
                        row->operands == NULL ? "" : row->operands);
        (void) fprintf(to, "  sijill %-28s %s\n", line, row->help);
    }
}

static int
program_help(const command *all)
{
    (void) puts(
        "sijill: events, registrations, attendance and certificates that a stranger can verify\n");
    commands_print(stdout, all, NULL);
    (void) puts("\nOptions of every command; `sijill COMMAND --help` has the others");
    options_print(global_options);
    (void) puts("\nExit codes: 0 done, 2 usage, 3 refused, 4 not found, 5 verification failed "
                "(scrub: damage), 6 no answer");
    return EXIT_DONE;
}

static bool
family_known(const command *all, const char *family)
{
    size_t length = strlen(family);

    for (const command *row = all; row->words != NULL; row++)
        if (strncmp(row->words, family, length) == 0 && row->words[length] == ' ')
            return true;
    return false;
}

static int
no_command(cli *c, const command *all, int argc, char **argv, const int *words)
{
    const char *first = words[0] == 0 ? NULL : argv[words[0]];
    bool help = first == NULL || strcmp(first, "help") == 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--version") == 0) {
            (void) puts("sijill " SIJILL_VERSION);
            return EXIT_DONE;
        }
        c->json = c->json || strcmp(argv[i], "--json") == 0;
        help = help || strcmp(argv[i], "--help") == 0;
    }
    if (first != NULL && family_known(all, first)) {
        commands_print(help ? stdout : stderr, all, first);
        return help ? EXIT_DONE : fail(c, EXIT_USAGE, "`sijill %s` needs one of these", first);
    }
    if (!help)
        return fail(c, EXIT_USAGE, "there is no command '%s'; `sijill help` lists them", first);
    if (argc == 1) {
        (void) program_help(all);
        return EXIT_USAGE;
    }
    return program_help(all);
}

static const char *
login_name(void)
{
    const struct passwd *entry = getpwuid(geteuid());

    return entry == NULL ? "nobody" : entry->pw_name;
}

/* From the command line, else from the environment; NULL: from nowhere. */
static const char *
setting(const cli *c, const char *name, const char *variable)
{
    const char *text = arg_text(c, name);

    if (text == NULL || text[0] == '\0')
        text = getenv(variable);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static bool
settings_read(cli *c)
{
    uint64_t seconds;
    const char *home = arg_text(c, "home");

    c->json = arg_flag(c, "json");
    c->csv = arg_flag(c, "csv") && !c->json;
    c->progress = arg_flag(c, "progress");
    if (home == NULL || home[0] == '\0')
        home = getenv("SIJILL_HOME"); /* as scripts/sijill sets it; not a service's own folder */
    c->home = home == NULL || home[0] == '\0' ? "./var" : home;
    c->peers = setting(c, "peers", "SIJILL_PEERS");
    c->curve_key = setting(c, "curve-key", "SIJILL_CURVE_KEY");
    if (!arg_number(c, "org", 1, INT64_MAX, 1, &c->org) ||
        !arg_number(c, "timeout", 1, 86400, DEADLINE_S, &seconds))
        return false;
    c->deadline_ms = (uint32_t) seconds * 1000;
    if (key_file_path(c) != NULL)
        return key_file_read(c);
    sijill_actor(actor_given(c) == NULL ? login_name() : actor_given(c), c->actor);
    return true;
}

int
sijill_main(int argc, char **argv)
{
    static command all[COMMANDS_MAX];
    cli c = { .home = "./var", .org = 1 };
    int words[COMMAND_WORDS_MAX] = { 0 };
    size_t word_count;
    int outcome;

    commands_join(all);
    c.command = command_find(all, argc, argv, words, &word_count);
    if (c.command == NULL)
        return no_command(&c, all, argc, argv, words);
    for (int i = 1; i < argc; i++) /* known before anything can go wrong */
        c.json = c.json || strcmp(argv[i], "--json") == 0;
    if (!args_read(&c, argc, argv, words, word_count))
        return EXIT_USAGE;
    if (arg_flag(&c, "help")) {
        command_help(c.command);
        return EXIT_DONE;
    }
    if (!settings_read(&c))
        return EXIT_USAGE;
    outcome = c.command->run(&c);
    for (int service = REGISTRATION; service <= SERVICES; service++)
        sijill_close(&c.service[service]);
    if (fflush(stdout) != 0 && outcome == EXIT_DONE)
        outcome = fail(&c, EXIT_REFUSED, "writing to stdout failed: is the disk full?");
    return outcome;
}
