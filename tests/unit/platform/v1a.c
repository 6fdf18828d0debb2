/* SPDX-License-Identifier: Apache-2.0 */
/* Standard Webhooks by Ed25519: the vectors of the Mobiscroll Connect SDKs. */
#include "tests/unit/platform/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
begin_as(sender *s, const char *secret, const char *id, const char *timestamp, uint64_t now,
         const char *signature, const char *body)
{
    sender_begin(s, "standard", secret);
    s->in.now_ms = now * 1000;
    sender_body(s, body);
    sender_header(s, "webhook-id", id);
    sender_header(s, "webhook-timestamp", timestamp);
    sender_header(s, "webhook-signature", signature);
}

#define ACTIVE "whpk_0r0+Z02Sv1SRb1QjsKUnil6t2oqtAyhn5HHfKgbTXFs="
#define PREVIOUS "whpk_4bVYVyWUPGQLCcnQQoGU4qTyIeucOFTnkZXlNFAlv6g="
#define UNRELATED "whpk_ayphRQPtMA3vgSzLAuQ80QvyDQbO3ha9Xgc6xCwBWXI="
#define BY_ACTIVE                                                                                  \
    "v1a,ClNzh8jskfPsDqArmUq6vxG6/PAQmLXf7sMsXnReG1DAI3lMxKcQEyEqqWe/"                             \
    "weLoTo8g72qIJ+H0nA1WhNWEDA=="
#define BY_PREVIOUS                                                                                \
    "v1a,MYPOv3exr1vMvu95bLYcu1k3hDAQeC66XmOy91Y34m2q/mBd3j1dhT+"                                  \
    "ubQYkMZF7FxvItnlwU9yXKqd2A1SWDQ=="
#define SOME_V1 "v1,BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="
#define CAFE "Caf\xc3\xa9 meeting \xe2\x98\x95 \xe2\x80\x94 Zo\xc3\xab"
#define CALENDAR(title)                                                                            \
    "{\"eventType\":\"event.updated\",\"userId\":\"user_42\",\"provider\":\"google\","             \
    "\"calendarId\":\"primary\",\"events\":[{\"id\":\"evt_1\",\"title\":\"" title                  \
    "\",\"lastModified\":\"2026-09-21T10:00:00.000Z\"}]}"

typedef struct v1a_case {
    const char *keys[2]; /* the second may be NULL */
    const char *id, *timestamp, *signature, *title;
    uint64_t now;
    const char *outcome;
} v1a_case;

#define MSG "msg_2a161f33-a287-419f-85f9-fc95dbecccdd"
#define AT "1790000000"
#define NOW UINT64_C(1790000000)

static const v1a_case v1a_cases[] = {
    { { ACTIVE }, MSG, AT, BY_ACTIVE, CAFE, NOW, "accepted" },
    { { UNRELATED, ACTIVE }, MSG, AT, BY_ACTIVE, CAFE, NOW, "accepted" },
    { { ACTIVE }, MSG, AT, BY_ACTIVE " " BY_PREVIOUS, CAFE, NOW, "accepted" },
    { { PREVIOUS }, MSG, AT, BY_ACTIVE " " BY_PREVIOUS, CAFE, NOW, "accepted" },
    { { UNRELATED }, MSG, AT, BY_ACTIVE " " BY_PREVIOUS, CAFE, NOW, "bad_signature" },
    { { PREVIOUS }, MSG, AT, BY_ACTIVE, CAFE, NOW, "bad_signature" },
    { { ACTIVE },
      MSG,
      AT,
      BY_ACTIVE,
      "Cafe meeting \xe2\x98\x95 \xe2\x80\x94 Zo\xc3\xab",
      NOW,
      "bad_signature" },
    { { ACTIVE }, MSG, "1790000001", BY_ACTIVE, CAFE, NOW + 1, "bad_signature" },
    { { ACTIVE }, "msg_other", AT, BY_ACTIVE, CAFE, NOW, "bad_signature" },
    { { ACTIVE }, MSG, AT, BY_ACTIVE, CAFE, NOW + 300, "accepted" },
    { { ACTIVE }, MSG, AT, BY_ACTIVE, CAFE, NOW + 301, "stale" },
    { { ACTIVE }, MSG, AT, BY_ACTIVE, CAFE, NOW - 300, "accepted" },
    { { ACTIVE }, MSG, AT, BY_ACTIVE, CAFE, NOW - 301, "stale" },
    { { ACTIVE }, MSG, "abc", BY_ACTIVE, CAFE, NOW, "bad_signature" },
    { { ACTIVE }, MSG, AT, SOME_V1 " " BY_ACTIVE, CAFE, NOW, "accepted" },
    { { ACTIVE }, MSG, AT, SOME_V1, CAFE, NOW, "bad_signature" },
    { { ACTIVE }, MSG, AT, "v1a,@@not-base64@@", CAFE, NOW, "bad_signature" },
    { { ACTIVE }, MSG, AT, "v1a,AAAAAAAAAAAAAA==", CAFE, NOW, "bad_signature" },
    { { ACTIVE }, NULL, AT, BY_ACTIVE, CAFE, NOW, "bad_signature" },
    { { ACTIVE }, MSG, NULL, BY_ACTIVE, CAFE, NOW, "bad_signature" },
    { { ACTIVE }, MSG, AT, NULL, CAFE, NOW, "bad_signature" },
    { { "whpk_not-a-key", ACTIVE }, MSG, AT, BY_ACTIVE, CAFE, NOW, "accepted" },
    { { NULL }, MSG, AT, BY_ACTIVE, CAFE, NOW, "bad_signature" },
    { { ACTIVE },
      MSG,
      "\xef\xbc\x91\xef\xbc\x97\xef\xbc\x99",
      BY_ACTIVE,
      CAFE,
      NOW,
      "bad_signature" },
    { { ACTIVE }, MSG, AT "\n", BY_ACTIVE, CAFE, NOW, "bad_signature" },
};

static void
the_published_vectors_of_v1a_are_answered_as_published(void **state)
{
    sender *s = *state;
    char body[1024];

    for (size_t i = 0; i < sizeof v1a_cases / sizeof v1a_cases[0]; i++) {
        const v1a_case *c = &v1a_cases[i];

        (void) snprintf(body, sizeof body, CALENDAR("%s"), c->title);
        begin_as(s, c->keys[0] == NULL ? "" : c->keys[0], c->id, c->timestamp, c->now, c->signature,
                 body);
        s->in.secret_count = c->keys[1] != NULL ? 2 : c->keys[0] != NULL ? 1 : 0;
        if (c->keys[1] != NULL)
            s->in.secret[1] = (sj_bytes){ c->keys[1], strlen(c->keys[1]) };
        if (strcmp(sender_check(s), c->outcome) != 0)
            fail_msg("case %zu: %s", i + 1, s->answer.outcome);
    }
    begin_as(s, ACTIVE, MSG, AT, NOW, BY_ACTIVE, CALENDAR(CAFE));
    sender_expect_every_octet_counts(s, "webhook-id", 401);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_of_v1a_are_answered_as_published),
    };

    return cmocka_run_group_tests_name("v1a", tests, sender_open, sender_close);
}
