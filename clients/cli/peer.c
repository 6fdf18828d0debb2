/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer: keys by which programs on different machines know each other.
 */
#include "clients/cli/commands.h"

#include <stdio.h>

static int
public_print(cli *c, const char *path, const char *problem, const char *public)
{
    json_t *out;

    if (problem != NULL)
        return fail(c, EXIT_REFUSED, "%s %s", path, problem);
    if (!c->json) {
        (void) puts(public);
        return EXIT_DONE;
    }
    out = json_pack("{s:s}", "public_key", public);
    (void) json_dumpf(out, stdout, JSON_INDENT(2));
    (void) putchar('\n');
    json_decref(out);
    return EXIT_DONE;
}

static int
keygen_run(cli *c)
{
    const char *path = arg_operand(c, 0);
    char public[SIJILL_CURVE_SIZE];

    return public_print(c, path, sijill_curve_create(path, public), public);
}

static int
public_run(cli *c)
{
    const char *path = arg_operand(c, 0);
    char public[SIJILL_CURVE_SIZE];

    return public_print(c, path, sijill_curve_public(path, public), public);
}

const command peer_commands[] = {
    { "peer keygen", "FILE", "make a key for tcp in a new file; prints the public key", NULL,
      keygen_run,
      "FILE is made with mode 0600 and holds the secret: it stays on its machine.  The public key "
      "is "
      "for\n"
      "the other side's peers file: `KEY operator|gateway|follower NAME`." },
    { "peer public", "FILE", "the public key of a key file", NULL, public_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
