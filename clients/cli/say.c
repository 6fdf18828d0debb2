/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/cli.h"
#include "clients/upload/intake.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
exit_of(uint32_t code)
{
    switch (code) {
    case SIJILL__V1__CODE__OK:
    case SIJILL__V1__CODE__ACCEPTED:
        return EXIT_DONE;
    case SIJILL__V1__CODE__NOT_FOUND:
        return EXIT_NOT_FOUND;
    default:
        return code_unanswered(code) ? EXIT_UNREACHABLE : EXIT_REFUSED;
    }
}

static const char *
exit_name(int exit)
{
    switch (exit) {
    case EXIT_USAGE:
        return "USAGE";
    case EXIT_NOT_FOUND:
        return "NOT_FOUND";
    case EXIT_UNVERIFIED:
        return "UNVERIFIED";
    case EXIT_UNREACHABLE:
        return "UNREACHABLE";
    default:
        return "REFUSED";
    }
}

static void
error_print(const cli *c, const char *code, int exit, const char *detail, const char *field)
{
    (void) fflush(stdout);
    if (!c->json) {
        (void) fprintf(stderr, "sijill: %s\n", detail);
        return;
    }

    json_t *document =
        json_pack("{s:{s:s, s:i, s:s%, s:s*}}", "error", "code", code, "status", exit, "detail",
                  detail, strlen(detail), "field", field[0] == '\0' ? NULL : field);

    if (document == NULL) /* words that are not UTF-8: an argument was quoted */
        document = json_pack("{s:{s:s, s:i, s:s}}", "error", "code", code, "status", exit, "detail",
                             "an argument is not UTF-8");
    (void) json_dumpf(document, stderr, JSON_COMPACT);
    (void) fputc('\n', stderr);
    json_decref(document);
}

int
fail(cli *c, int exit, const char *format, ...)
{
    char words[1024];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    error_print(c, exit_name(exit), exit, words, "");
    if (exit == EXIT_USAGE && !c->json && c->command != NULL)
        (void) fprintf(stderr, "Try: sijill %s --help\n", c->command->words);
    return exit;
}

int
fail_unreachable(cli *c, int service)
{
    whereabouts w;

    if (where_of(c, service, "", &w) && sijill_listens(w.endpoint))
        return fail(c, EXIT_UNREACHABLE,
                    "%s runs under %s/run but did not answer in time: its machine or its disk is "
                    "busy, or its log says why; ask again, or wait longer with --timeout",
                    service_name(service), c->home);
    return fail(
        c, EXIT_UNREACHABLE,
        "%s is not running under %s/run: start it with ./scripts/run, or say where with --home",
        service_name(service), c->home);
}

int
fail_reply(cli *c, int service, const sijill_reply *reply)
{
    char words[1024];
    char id[2 * SIJILL_ID_SIZE + 1];
    int exit = exit_of(reply->code);

    sijill_hex(reply->request_id, id);
    if (reply->code == SIJILL_UNREACHABLE)
        return fail_unreachable(c, service);
    if (reply->code == SIJILL__V1__CODE__UNKNOWN_OUTCOME)
        (void) snprintf(words, sizeof words,
                        "%s did not answer in time, and may or may not have done it; ask again "
                        "with --request-id "
                        "%s where the command takes one, else look first",
                        service_name(service), id);
    else if (reply->code == SIJILL__V1__CODE__LAGGING)
        (void) snprintf(words, sizeof words,
                        "%s has not caught up with the others yet: %s; see `sijill status`",
                        service_name(service), reply->detail);
    else
        (void) snprintf(words, sizeof words, "%s (%s%s%s)",
                        reply->detail[0] == '\0' ? "refused" : reply->detail,
                        sijill_code_name(reply->code), reply->field[0] == '\0' ? "" : ", ",
                        reply->field);
    error_print(c, sijill_code_name(reply->code), exit, words, reply->field);
    return exit;
}

void
note(const cli *c, const char *format, ...)
{
    va_list arguments;

    if (c->json)
        return;
    (void) fflush(stdout);
    va_start(arguments, format);
    (void) vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void) fputc('\n', stderr);
}
