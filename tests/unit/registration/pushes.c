/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/registration/pushes.h"

#include "services/core/message.h"

static Sijill__V1__Push__Kind
wire_kind(word_kind kind)
{
    switch (kind) {
    case SAYS_PENDING:
    case SAYS_REGISTERED:
        return SIJILL__V1__PUSH__KIND__REGISTERED;
    case SAYS_APPROVED:
        return SIJILL__V1__PUSH__KIND__APPROVED;
    case SAYS_DENIED:
        return SIJILL__V1__PUSH__KIND__DENIED;
    case SAYS_WITHDRAWN:
        return SIJILL__V1__PUSH__KIND__WITHDRAWN;
    }
    return SIJILL__V1__PUSH__KIND__NONE;
}

static sj_status
send(scene *s, const push *p, uint8_t first)
{
    Sijill__V1__FollowRegistration in;
    Sijill__V1__Person who;
    uint8_t nonce[SJ_ID_SIZE] = { first };

    sijill__v1__follow_registration__init(&in);
    sijill__v1__person__init(&who);
    in.has_event_id = in.has_kind = in.has_occurred_ms = true;
    in.event_id = sj_id_data(s->event);
    in.source = text(p->source == NULL ? "zoom" : p->source);
    in.external_id = text(p->external_id);
    in.kind = wire_kind(p->kind);
    in.has_pending = in.pending = p->kind == SAYS_PENDING;
    in.occurred_ms = NOW + p->ms;
    in.has_nonce = first != 0;
    in.nonce = sj_id_data(nonce);
    who.email = text(p->email);
    who.name = text(p->name);
    who.country = text(p->country);
    who.institution = text(p->institution);
    in.person = &who;
    return fixture_run(s->f, FOLLOW, &in.base, s->now_ms);
}

sj_status
push_send(scene *s, const push *p)
{
    return send(s, p, 0);
}

static answer
answer_of(scene *s, sj_status status)
{
    answer a = { .status = status };
    Sijill__V1__Registered *out;

    if (a.status != SJ_OK)
        return a;
    out = fixture_reply(s->f, &sijill__v1__registered__descriptor);
    if (out->has_registration_id)
        return scene_answer(s);
    a.state = out->state;
    a.outcome = out->outcome;
    return a;
}

answer
push_answer(scene *s, const push *p)
{
    return answer_of(s, send(s, p, 0));
}

answer
push_undated(scene *s, const push *p, uint8_t nonce)
{
    return answer_of(s, send(s, p, nonce));
}

Sijill__V1__RegistrationView *
push_person(scene *s, const char *email)
{
    Sijill__V1__GetRegistration in;

    sijill__v1__get_registration__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(s->event);
    in.email = text(email);
    assert_int_equal(fixture_run(s->f, GET_REGISTRATION, &in.base, s->now_ms), SJ_OK);
    return fixture_reply(s->f, &sijill__v1__registration_view__descriptor);
}
