/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/args.h"

#include "clients/cli/json_of.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
arg_next(const cli *c, const char *name, size_t *at)
{
    for (; *at < c->argument_count; (*at)++) {
        const argument *a = &c->arguments[*at];

        if (a->name != NULL && strcmp(a->name, name) == 0) {
            (*at)++;
            return a->value;
        }
    }
    return NULL;
}

const char *
arg_text(const cli *c, const char *name)
{
    const char *found = NULL;
    const char *value;
    size_t at = 0;

    while ((value = arg_next(c, name, &at)) != NULL)
        found = value;
    return found;
}

bool
arg_flag(const cli *c, const char *name)
{
    return arg_text(c, name) != NULL;
}

const char *
arg_operand(const cli *c, size_t n)
{
    for (size_t i = 0; i < c->argument_count; i++)
        if (c->arguments[i].name == NULL && n-- == 0)
            return c->arguments[i].value;
    return NULL;
}

bool
number_read(const char *text, uint64_t max, uint64_t *out)
{
    char *end;

    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out <= max;
}

bool
arg_number(cli *c, const char *name, uint64_t min, uint64_t max, uint64_t fallback, uint64_t *out)
{
    const char *text = arg_text(c, name);

    *out = fallback;
    if (text == NULL)
        return true;
    if (number_read(text, max, out) && *out >= min)
        return true;
    (void) fail(c, EXIT_USAGE, "--%s is '%s': give a whole number from %llu to %llu", name, text,
                (unsigned long long) min, (unsigned long long) max);
    return false;
}

bool
arg_enum(cli *c, const char *name, const ProtobufCEnumDescriptor *type, int fallback, int *out)
{
    const char *text = arg_text(c, name);
    char names[256];

    *out = fallback;
    if (text == NULL || enum_read(type, text, out))
        return true;
    enum_names(type, names, sizeof names);
    (void) fail(c, EXIT_USAGE, "--%s is '%s': give one of %s", name, text, names);
    return false;
}

bool
id_read(cli *c, const char *what, const char *text, uint8_t id[SIJILL_ID_SIZE])
{
    if (sijill_unhex(text, id))
        return true;
    (void) fail(c, EXIT_USAGE, "%s is '%s': give the 32 hexadecimal digits that `list` prints",
                what, text);
    return false;
}

const option global_options[] = {
    { "home", "DIR",
      "where the services live; sockets in DIR/run (default SIJILL_HOME, else ./var)", false },
    { "org", "N", "organisation (default 1)", false },
    { "json", NULL, "one JSON document on stdout; errors as JSON on stderr", false },
    { "csv", NULL, "lists as CSV, safe to open in a spreadsheet", false },
    { "actor", "NAME", "for whom this is done (default: your login name)", false },
    { "key-file", "FILE", "act as the API key in this file (default SIJILL_KEY_FILE)", false },
    { "peers", "FILE", "which services are on other machines (default SIJILL_PEERS)", false },
    { "curve-key", "FILE", "our key to services by tcp (default SIJILL_CURVE_KEY)", false },
    { "timeout", "SECONDS", "how long to ask for an answer (default 30)", false },
    { "progress", NULL, "show progress of long work even when stderr is no terminal", false },
    { "help", NULL, "print help", false },
    { NULL, NULL, NULL, false },
};

static const option *
option_in(const option *list, const char *name, size_t length)
{
    for (; list != NULL && list->name != NULL; list++)
        if (strlen(list->name) == length && strncmp(list->name, name, length) == 0)
            return list;
    return NULL;
}

const char *
actor_given(const cli *c)
{
    return option_in(c->command->options, "actor", strlen("actor")) == NULL ? arg_text(c, "actor")
                                                                            : NULL;
}

/* How many leading words of argv, options aside, name this command; 0: they do not. */
static size_t
words_match(const command *row, int argc, char **argv, const int *plain, size_t plain_count)
{
    const char *at = row->words;
    size_t used = 0;

    (void) argc;
    while (*at != '\0') {
        size_t length = strcspn(at, " ");

        if (used == plain_count || strlen(argv[plain[used]]) != length ||
            strncmp(argv[plain[used]], at, length) != 0)
            return 0;
        used++;
        at += length + (at[length] == ' ');
    }
    return used;
}

/* The command is found before its options are known, so a word after an option may be its value: a
 * global option's value is passed over by the table of global options; other options come after the
 * command's words. */
static size_t
plain_words(int argc, char **argv, int *plain, size_t max)
{
    size_t count = 0;

    for (int i = 1; i < argc && count < max; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            plain[count++] = i;
            continue;
        }

        const option *o = option_in(global_options, argv[i] + 2, strlen(argv[i] + 2));

        if (o != NULL && o->value != NULL)
            i++;
        else if (o == NULL)
            break;
    }
    return count;
}

const command *
command_find(const command *commands, int argc, char **argv, int *words, size_t *word_count)
{
    const command *best = NULL;
    size_t count = plain_words(argc, argv, words, COMMAND_WORDS_MAX);

    *word_count = 0;
    for (const command *row = commands; row->words != NULL; row++) {
        size_t used = words_match(row, argc, argv, words, count);

        if (used > *word_count) {
            best = row;
            *word_count = used;
        }
    }
    return best;
}

static bool
add(cli *c, const char *name, const char *value)
{
    if (c->argument_count == ARGUMENTS_MAX) {
        (void) fail(c, EXIT_USAGE, "more than %d arguments", ARGUMENTS_MAX);
        return false;
    }
    c->arguments[c->argument_count++] = (argument){ name, value };
    return true;
}

/* One option and its value; *i moves over both. */
static bool
option_read(cli *c, int argc, char **argv, int *i)
{
    const char *word = argv[*i] + 2;
    size_t length = strcspn(word, "=");
    const option *o = option_in(c->command->options, word, length);

    if (o == NULL)
        o = option_in(global_options, word, length);
    if (o == NULL) {
        (void) fail(c, EXIT_USAGE, "`sijill %s` has no option --%.*s", c->command->words,
                    (int) length, word);
        return false;
    }
    if (o->value == NULL) {
        if (word[length] == '=') {
            (void) fail(c, EXIT_USAGE, "--%s takes no value", o->name);
            return false;
        }
        return add(c, o->name, "");
    }
    if (word[length] == '=')
        return add(c, o->name, word + length + 1);
    if (*i + 1 >= argc) {
        (void) fail(c, EXIT_USAGE, "--%s needs a value: --%s %s", o->name, o->name, o->value);
        return false;
    }
    return add(c, o->name, argv[++*i]);
}

/* "FILE [MORE]": how many operands there must and may be. */
static void
operands_count(const char *operands, size_t *least, size_t *most)
{
    *least = *most = 0;
    for (const char *at = operands == NULL ? "" : operands; *at != '\0'; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (*at == '\0')
            break;
        (*most)++;
        *least += *at != '[';
    }
}

static bool
complete(cli *c)
{
    size_t least;
    size_t most;
    size_t given = 0;

    while (arg_operand(c, given) != NULL)
        given++;
    operands_count(c->command->operands, &least, &most);
    if (given < least || given > most) {
        (void) fail(c, EXIT_USAGE,
                    given < least ? "`sijill %s` needs %s%.0s" : "`sijill %s` takes %s, not '%s'",
                    c->command->words,
                    c->command->operands == NULL ? "no operand" : c->command->operands,
                    given > most ? arg_operand(c, most) : "");
        return false;
    }
    for (const option *o = c->command->options; o != NULL && o->name != NULL; o++)
        if (o->required && arg_text(c, o->name) == NULL) {
            (void) fail(c, EXIT_USAGE, "`sijill %s` needs --%s %s: %s", c->command->words, o->name,
                        o->value, o->help);
            return false;
        }
    return true;
}

bool
args_read(cli *c, int argc, char **argv, const int *words, size_t word_count)
{
    bool options_end = false;

    for (int i = 1; i < argc; i++) {
        bool of_command = false;

        for (size_t w = 0; w < word_count; w++)
            of_command = of_command || words[w] == i;
        if (of_command)
            continue;
        if (!options_end && strcmp(argv[i], "--") == 0)
            options_end = true;
        else if (!options_end && strncmp(argv[i], "--", 2) == 0) {
            if (!option_read(c, argc, argv, &i))
                return false;
        } else if (!add(c, NULL, argv[i]))
            return false;
    }
    return arg_flag(c, "help") || complete(c);
}
