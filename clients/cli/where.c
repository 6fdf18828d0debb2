/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where: the sockets of a service: on this machine, or, where the peers file says so, on another.
 */
#include "clients/cli/cli.h"

#include <stdio.h>
#include <string.h>

/* Over there a service's status is asked on its front: its ctl socket is a file of that machine. */
bool
where_of(cli *c, int service, const char *suffix, whereabouts *w)
{
    bool feed = strcmp(suffix, ".feed") == 0;
    char words[SIJILL_CURVE_WORDS];
    const char *problem;
    sijill_where found;

    *w = (whereabouts){ .curve_server = NULL };
    if (c->peers == NULL) {
        endpoint_of(c, service, suffix, w->endpoint);
        return true;
    }
    if (!sijill_where_find(c->peers, service_name(service), feed, &found, words)) {
        (void) fail(c, EXIT_USAGE, "--peers: %s", words);
        return false;
    }
    if (found.endpoint[0] == '\0') {
        endpoint_of(c, service, suffix, w->endpoint);
        return true;
    }
    (void) snprintf(w->endpoint, sizeof w->endpoint, "%s", found.endpoint);
    memcpy(w->server, found.server, sizeof w->server);
    w->curve_server = w->server;
    w->curve_key_file = c->curve_key;
    problem = sijill_curve_problem(w->endpoint, w->curve_server, w->curve_key_file);
    if (problem == NULL)
        return true;
    (void) fail(c, EXIT_USAGE, "--curve-key %s: %s",
                c->curve_key == NULL ? "is missing" : c->curve_key, problem);
    return false;
}
