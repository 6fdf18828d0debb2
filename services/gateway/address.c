/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/address.h"

#include "services/runtime/log.h"

#include <stdio.h>
#include <string.h>

const char *
address_name(unsigned service)
{
    static const char *const names[ADDRESS_SERVICES] = { "registration", "attendance",
                                                         "certificate" };

    return names[service];
}

static bool
here(const addresses *all, unsigned service, bool feed, address *out, char why[SIJILL_CURVE_WORDS])
{
    int length = snprintf(out->endpoint, sizeof out->endpoint, "ipc://%s/%s%s.sock", all->run,
                          address_name(service), feed ? ".feed" : "");

    (void) snprintf(why, SIJILL_CURVE_WORDS, "--run is too long for a socket");
    return length > 0 && (size_t) length < sizeof out->endpoint;
}

bool
address_of(const addresses *all, unsigned service, bool feed, address *out,
           char why[SIJILL_CURVE_WORDS])
{
    sijill_where found;
    const char *problem;

    out->curve_server = out->curve_key_file = NULL;
    if (all->peers[0] == '\0')
        return here(all, service, feed, out, why);
    if (!sijill_where_find(all->peers, address_name(service), feed, &found, why))
        return false;
    if (found.endpoint[0] == '\0')
        return here(all, service, feed, out, why);
    (void) snprintf(out->endpoint, sizeof out->endpoint, "%s", found.endpoint);
    memcpy(out->server, found.server, sizeof out->server);
    out->curve_server = out->server;
    out->curve_key_file = all->curve_key;
    problem = sijill_curve_problem(out->endpoint, out->curve_server, out->curve_key_file);
    if (problem != NULL)
        (void) snprintf(why, SIJILL_CURVE_WORDS, "%s", problem);
    return problem == NULL;
}

sijill_feed *
address_feed(const addresses *all, unsigned service, const sijill_feed_options *options)
{
    sijill_feed_options its = *options;
    char why[SIJILL_CURVE_WORDS];
    address there;

    if (!address_of(all, service, true, &there, why))
        return NULL;
    its.endpoint = there.endpoint;
    its.curve_server = there.curve_server;
    its.curve_key_file = there.curve_key_file;
    its.agent = "sijill-gateway/" SIJILL_VERSION;
    its.after.shard = service + 1;
    return sijill_feed_open(&its);
}

bool
address_check(const addresses *all)
{
    char why[SIJILL_CURVE_WORDS];
    address out;

    for (unsigned service = 0; service < ADDRESS_SERVICES; service++)
        if (!address_of(all, service, false, &out, why) ||
            !address_of(all, service, true, &out, why)) {
            sj_log(SJ_LOG_ERROR, "services.no_address", "service=%s words=\"%s\"",
                   address_name(service), why);
            return false;
        }
    return true;
}
