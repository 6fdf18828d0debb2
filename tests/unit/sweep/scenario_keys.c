/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: added, used, listed, revoked. */
#include "services/core/message.h"
#include "sijill/v1/access.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/sweep/scenario.h"

#include <string.h>

typedef struct key_draft {
    Sijill__V1__AddKey in;
    uint8_t id[SJ_ID_SIZE];
    uint8_t hash[SJ_CREDENTIAL_SIZE];
    ProtobufCBinaryData event;
} key_draft;

static void
draft_key(key_draft *d, uint8_t n, Sijill__V1__Access__Role role)
{
    memset(d->id, n, sizeof d->id);
    memset(d->hash, 0x40 + n, sizeof d->hash);
    sijill__v1__add_key__init(&d->in);
    d->in.has_id = d->in.has_hash = d->in.has_role = true;
    d->in.id = sj_id_data(d->id);
    d->in.hash = (ProtobufCBinaryData){ sizeof d->hash, d->hash };
    d->in.role = role;
    d->in.label = literal("مدرّب: the trainer's telephone");
}

static void
add_keys(tape *t, const cast *c, key_draft *trainer, key_draft *platform)
{
    draft_key(trainer, 1, SIJILL__V1__ACCESS__ROLE__TRAINER);
    tape_expect(t, SJ_INVALID, 140, &trainer->in.base); /* of no event */
    trainer->event = sj_id_data(c->course);
    trainer->in.n_event_id = 1;
    trainer->in.event_id = &trainer->event;
    trainer->in.has_from_ms = trainer->in.has_until_ms = true;
    trainer->in.from_ms = t->now_ms;
    trainer->in.until_ms = SCENARIO_ENDS;
    tape_expect(t, SJ_OK, 140, &trainer->in.base);
    tape_expect(t, SJ_OK, 140, &trainer->in.base); /* unchanged */
    trainer->in.until_ms++;
    tape_expect(t, SJ_CONFLICT, 140, &trainer->in.base);
    draft_key(platform, 2, SIJILL__V1__ACCESS__ROLE__PLATFORM);
    tape_expect(t, SJ_OK, 140, &platform->in.base);
}

static void
ask_keys(tape *t)
{
    Sijill__V1__ListKeys list;

    sijill__v1__list_keys__init(&list);
    tape_expect(t, SJ_OK, 160, &list.base);
    list.has_limit = true;
    list.limit = 201;
    tape_expect(t, SJ_INVALID, 160, &list.base);
}

static void
use_keys(tape *t, const cast *c, const key_draft *trainer, const key_draft *platform)
{
    Sijill__V1__ListRegistrations list;
    Sijill__V1__GetEvent get;

    tape_expect_key(t, SJ_OK, 161, NULL, trainer->id, trainer->hash);
    tape_expect(t, SJ_FORBIDDEN, 161, NULL);
    tape_expect_key(t, SJ_UNAUTHENTICATED, 161, NULL, trainer->id, platform->hash);
    sijill__v1__list_registrations__init(&list);
    list.has_event_id = true;
    list.event_id = sj_id_data(c->course);
    tape_expect_key(t, SJ_OK, 153, &list.base, trainer->id, trainer->hash);
    tape_expect_key(t, SJ_FORBIDDEN, 153, &list.base, platform->id, platform->hash);
    list.event_id = sj_id_data(c->webinar);
    tape_expect_key(t, SJ_FORBIDDEN, 153, &list.base, trainer->id, trainer->hash);
    sijill__v1__get_event__init(&get);
    get.slug = literal("course");
    tape_expect_key(t, SJ_OK, 150, &get.base, trainer->id, trainer->hash);
    get.slug = literal("webinar");
    tape_expect_key(t, SJ_FORBIDDEN, 150, &get.base, trainer->id, trainer->hash);
    tape_expect_key(t, SJ_FORBIDDEN, 100, NULL, platform->id, platform->hash);
}

void
scenario_keys(tape *t, cast *c)
{
    uint8_t nowhere[SJ_ID_SIZE] = { 9 };
    key_draft trainer, platform;
    Sijill__V1__RevokeKey revoke;

    add_keys(t, c, &trainer, &platform);
    ask_keys(t);
    use_keys(t, c, &trainer, &platform);
    sijill__v1__revoke_key__init(&revoke);
    revoke.has_id = true;
    revoke.id = sj_id_data(nowhere);
    tape_expect(t, SJ_NOT_FOUND, 141, &revoke.base);
    revoke.id = sj_id_data(platform.id);
    tape_expect(t, SJ_OK, 141, &revoke.base);
    tape_expect(t, SJ_OK, 141, &revoke.base); /* revoked already */
    tape_expect_key(t, SJ_UNAUTHENTICATED, 161, NULL, platform.id, platform.hash);
}
