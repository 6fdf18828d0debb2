/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/far.h"

#include "services/runtime/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint64_t log_us = 10 * 1000 * 1000; /* a flood of strangers is a line each this long */

static bool
fail(const char *event, const char *words)
{
    sj_log(SJ_LOG_ERROR, event, "words=\"%s\"", words);
    return false;
}

bool
sj_far_open_keys(sj_service *service)
{
    const sj_service_options *options = &service->options;
    char words[SJ_CURVE_WORDS];
    const char *problem;

    if (options->peers[0] == '\0' && options->curve_key[0] == '\0')
        return options->tcp[0] == '\0' ||
               fail("peers.refused", "--tcp needs --curve-key and --peers: nothing is served in "
                                     "the clear");
    if (options->peers[0] == '\0' || options->curve_key[0] == '\0')
        return fail("peers.refused", "--curve-key and --peers go together");
    problem = sj_curve_open(&service->curve, options->curve_key);
    if (problem != NULL) {
        (void) snprintf(words, sizeof words, "%s %s", options->curve_key, problem);
        return fail("peers.refused", words);
    }
    service->zap = sj_zap_open(service->zmq, options->peers, words);
    return service->zap != NULL || fail("peers.refused", words);
}

bool
sj_far_open(sj_service *service)
{
    char front[SJ_CURVE_ADDRESS_MAX + 16], feed[SJ_CURVE_ADDRESS_MAX + 16], words[SJ_CURVE_WORDS];
    sj_port_plan front_plan = { .endpoint = front,
                                .message_max = SJ_FRONT_MAX,
                                .high_water = SJ_FRONT_HIGH_WATER,
                                .curve = &service->curve,
                                .zap = service->zap };
    sj_port_plan feed_plan = { .endpoint = feed,
                               .message_max = SJ_FEED_ASK_MAX,
                               .high_water = SJ_FEED_HIGH_WATER,
                               .curve = &service->curve,
                               .zap = service->zap };

    if (service->options.tcp[0] == '\0')
        return true;
    if (!sj_curve_endpoint(service->options.tcp, 0, front) ||
        !sj_curve_endpoint(service->options.tcp, 1, feed))
        return fail("socket.refused", "--tcp is HOST:PORT, such as 192.0.2.7:7401; the feed is on "
                                      "the next port");
    if (!sj_port_open(&service->far, service->zmq, &front_plan, &service->presence, words) ||
        !sj_feed_open_far(&service->feed, service->zmq, &feed_plan, words))
        return fail("socket.refused", words);
    return (sj_curve_prove(service->zmq, service->zap, &service->curve, service->far.socket,
                           words) &&
            sj_curve_prove(service->zmq, service->zap, &service->curve, service->feed.far.socket,
                           words)) ||
           fail("socket.refused", words);
}

bool
sj_far_producer(const sj_service *service, sj_relay *relay)
{
    const sj_curve_peer *server =
        service->zap == NULL ? NULL : sj_zap_server(service->zap, relay->producer);

    if (server == NULL)
        return false;
    relay->curve = &service->curve;
    memcpy(relay->server, server->key, sizeof relay->server);
    return sj_curve_endpoint(server->address, 1, relay->endpoint);
}

uint64_t
sj_service_refused_peers(const sj_service *service)
{
    return sj_zap_refused(service->zap);
}

void
sj_far_watch(sj_service *service, bool forced, uint64_t now_us)
{
    uint64_t refused = sj_service_refused_peers(service);

    if (service->zap == NULL)
        return;
    if (sj_zap_reread(service->zap, forced) && service->far.socket != NULL) {
        sj_port_forget(&service->far);
        sj_feed_forget_far(&service->feed);
    }
    if (refused == service->refused_logged || now_us - service->refused_us < log_us)
        return;
    sj_log(SJ_LOG_WARN, "peers.unknown", "refused=%" PRIu64 " more=%" PRIu64, refused,
           refused - service->refused_logged);
    service->refused_logged = refused;
    service->refused_us = now_us;
}

void
sj_far_close_keys(sj_service *service)
{
    sj_zap_close(&service->zap);
    sj_curve_close(&service->curve);
}
