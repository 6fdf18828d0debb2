/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/gateway_requests.h"

#include "clients/c/sijill.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void
sign(const char *secret, const char *body, unsigned long long now_s, char headers[512])
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char start[32], hex[2 * sizeof mac + 1];

    (void) snprintf(start, sizeof start, "v0:%llu:", now_s);
    (void) crypto_auth_hmacsha256_init(&state, (const unsigned char *) secret, strlen(secret));
    (void) crypto_auth_hmacsha256_update(&state, (const unsigned char *) start, strlen(start));
    (void) crypto_auth_hmacsha256_update(&state, (const unsigned char *) body, strlen(body));
    (void) crypto_auth_hmacsha256_final(&state, mac);
    (void) snprintf(headers, 512,
                    "User-Agent: Zoom Marketplace/1.0a\r\nx-zm-request-timestamp: %llu\r\n"
                    "x-zm-signature: v0=%s\r\nx-zm-trackingid: WEB_%08llx\r\n",
                    now_s, sodium_bin2hex(hex, sizeof hex, mac, sizeof mac), now_s);
}

void
write_webhooks(http_requests *to, const webhook_sender *from, size_t count, uint64_t *people)
{
    unsigned long long now_s = (unsigned long long) time(NULL);
    char headers[512], body[GATEWAY_REQUEST_MAX];

    http_requests_clear(to);
    for (size_t i = 0; i < count; i++) {
        uint64_t n = ++*people;

        (void) snprintf(
            body, sizeof body,
            "{\"event\":\"webinar.registration_created\",\"event_ts\":%llu000,\"payload\":{"
            "\"account_id\":\"Ac0unt_id_22chars_here\",\"object\":{\"uuid\":"
            "\"mZ3J1k2bQ7WcYxw0nHq+/A==\",\"id\":98765432101,\"host_id\":"
            "\"H0st_id_22_chars_aaaaa\",\"topic\":\"Halal standards\",\"type\":5,\"start_time\":"
            "\"2040-01-02T08:00:00Z\",\"duration\":60,\"timezone\":\"UTC\",\"registrant\":{"
            "\"id\":\"rZoomRegistrant%" PRIu64 "\",\"first_name\":\"Aigerim\",\"last_name\":"
            "\"Nurlanovna %" PRIu64 "\",\"email\":\"person.%" PRIu64
            "@statistics.example\",\"org\":\"Bureau of National Statistics\",\"country\":\"KZ\","
            "\"status\":\"approved\",\"join_url\":\"https://example.zoom.us/w/98765432101\"}}}}",
            now_s, n, n, n);
        sign(from->secret, body, now_s, headers);
        http_requests_add(to, from->path, headers, body);
    }
}

/* As RFC 9562 writes a UUID. */
static void
write_uuid(char text[37])
{
    uint8_t id[SIJILL_ID_SIZE];
    char hex[2 * SIJILL_ID_SIZE + 1];

    sijill_request_id(id);
    sijill_hex(id, hex);
    (void) snprintf(text, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
                    hex + 20);
}

void
write_registrations(http_requests *to, const registrar *from, size_t count, uint64_t *people)
{
    char headers[512], body[GATEWAY_REQUEST_MAX], target[128], uuid[37];

    (void) snprintf(target, sizeof target, "/v1/events/%s/registrations", from->event);
    http_requests_clear(to);
    for (size_t i = 0; i < count; i++) {
        uint64_t n = ++*people;

        write_uuid(uuid);
        (void) snprintf(headers, sizeof headers, "%sIdempotency-Key: %s\r\n", from->key, uuid);
        (void) snprintf(body, sizeof body,
                        "{\"person\":{\"name\":\"Aigerim Nurlanovna %" PRIu64
                        "\",\"email\":\"person.%" PRIu64 "@statistics.example\",\"country\":\"KZ\","
                        "\"institution\":\"Bureau of National Statistics\",\"language\":\"kk\"}}",
                        n, n);
        http_requests_add(to, target, headers, body);
    }
}
