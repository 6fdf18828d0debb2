/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 148 FollowRegistration: a registration as a platform says it is.
 *
 * What the platform says is first taken into its own row (said.h), where the order of its words is
 * all one; only what that row then says is new is done to the registration, through the same seats,
 * line and indexes as a Register.  A decision that people make here stands until the platform says
 * something later than all it has said.
 */
#include "services/core/identity.h"
#include "services/registration/applicant.h"
#include "services/registration/form.h"
#include "services/registration/line.h"
#include "services/registration/register.h"
#include "services/registration/registrations.h"
#include "services/registration/routes.h"
#include "services/registration/said.h"

#include <string.h>

typedef struct following {
    registering r; /* `in` says what the row is to learn */
    Sijill__V1__FollowRegistration *in;
    said_row *said;
    uint8_t hash[HASH_SIZE];
    unsigned texts; /* what of the person is news */
    said_set set;
    size_t decisive;
    bool decided; /* another word decides than before */
    Sijill__V1__Register known;
    Sijill__V1__Person person;
} following;

static bool
refuse(sj_txn *txn, sj_reply *reply, const char *field, const char *words)
{
    (void) sj_refuse_field(txn, reply, field, words);
    return false;
}

static bool
clean_name(sj_txn *txn, char **text, const char *field, const char *absent, sj_reply *reply)
{
    bool marks_dropped = false;
    const char *words = "is too long";

    if (!form_text(txn, text, WHO_PART_MAX, &marks_dropped, &words) ||
        (*text != NULL && strlen(*text) > WHO_PART_MAX))
        return refuse(txn, reply, field, words);
    return *text != NULL || refuse(txn, reply, field, absent);
}

static bool
follow_clean(sj_txn *txn, Sijill__V1__FollowRegistration *in, sj_reply *reply)
{
    if (!sj_is_id(in->has_event_id, in->event_id))
        return refuse(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (in->kind < SIJILL__V1__PUSH__KIND__REGISTERED ||
        in->kind > SIJILL__V1__PUSH__KIND__WITHDRAWN)
        return refuse(txn, reply, "kind", "is REGISTERED, APPROVED, DENIED or WITHDRAWN");
    if (!in->has_occurred_ms || in->occurred_ms == 0)
        return refuse(txn, reply, "occurred_ms", "say when, by the platform's clock");
    if (!clean_name(txn, &in->source, "source", "say which platform this is", reply) ||
        !clean_name(txn, &in->external_id, "external_id",
                    "give the platform's id of the registration", reply))
        return false;
    if (in->person != NULL)
        applicant_mend(txn, in->person);
    return true;
}

static sj_status
answer(following *f, const registration_row *row, Sijill__V1__Outcome outcome, bool joined)
{
    Sijill__V1__Registered nobody;

    if (row != NULL)
        return registration_reply(&f->r.seats, f->r.reply, f->r.id, row, outcome, joined, false);
    sijill__v1__registered__init(&nobody);
    nobody.has_state = nobody.has_outcome = true;
    nobody.outcome = outcome;
    return sj_accept(f->r.seats.txn, f->r.reply, &nobody.base);
}

/* Whose registration this is: what was found before, else by the external id, else by e-mail. */
static void
find_known(following *f)
{
    registering *r = &f->r;
    who_place place;

    r->known = NULL;
    if (f->said->has_registration_id) {
        memcpy(r->id, f->said->registration_id.data, SJ_ID_SIZE);
        r->known = registration_read(&r->seats, r->id);
        if (r->known == NULL)
            sj_txn_fail(r->seats.txn, SJ_FAULT_DAMAGE,
                        "what a platform said names a registration that is not there");
        return;
    }
    who_external(&r->seats, f->said->source, f->said->external_id, &place);
    r->known = who_has_external(&r->seats, &place, f->said->source, f->said->external_id, r->id);
    if (r->known != NULL || f->said->person->email == NULL)
        return;
    who_email(&r->seats, f->said->person->email, &place);
    r->known = who_has_email(&r->seats, &place, f->said->person->email, r->id);
}

/* An e-mail that another registration has stays there. */
static char *
free_email(following *f, char *email)
{
    uint8_t other[SJ_ID_SIZE];

    who_email(&f->r.seats, email, &f->r.email);
    if (who_has_email(&f->r.seats, &f->r.email, email, other) == NULL)
        return email;
    return f->r.known != NULL && memcmp(other, f->r.id, SJ_ID_SIZE) == 0 ? email : NULL;
}

/* Put into r.in what the registration is to learn. */
static void
gather_news(following *f)
{
    registering *r = &f->r;
    const said_row *whose = f->set.row[f->decisive];

    sijill__v1__register__init(&f->known);
    sijill__v1__person__init(&f->person);
    r->in = &f->known;
    r->in->person = &f->person;
    for (unsigned n = 0; n < APPLICANT_TEXTS; n++)
        if ((f->texts & 1U << n) != 0 && !said_outdated(&f->set, f->said, n))
            *applicant_text(&f->person, n) = *applicant_text(f->said->person, n);
    if (f->person.email != NULL)
        f->person.email = free_email(f, f->person.email);
    r->in->source = whose->source;
    r->in->external_id = whose->external_id;
    who_external(&r->seats, whose->source, whose->external_id, &r->external);
}

/* Somebody without a name is called by the e-mail, else by the platform's id, until there is one.
 */
static void
call_nameless(registration_row *row)
{
    const char *name = row->person->name;

    if (name != NULL && (row->person->email == NULL || strcmp(name, row->person->email) != 0) &&
        strcmp(name, row->external_id) != 0)
        return;
    row->person->name = row->person->email != NULL ? row->person->email : row->external_id;
}

/* The registration as it is to be, all but its state. */
static void
shape(following *f, registration_row *after, Sijill__V1__Person *person)
{
    registering *r = &f->r;

    sijill__v1__person__init(person);
    if (r->known != NULL) {
        *after = *r->known;
        *person = *r->known->person;
    } else {
        bool in_person = r->seats.row->mode == SIJILL__V1__MODE__IN_PERSON;

        sijill__v1__registration_row__init(after);
        after->has_role = after->has_mode = after->has_registered_ms = true;
        after->mode = in_person ? SIJILL__V1__MODE__IN_PERSON : SIJILL__V1__MODE__ONLINE;
        after->registered_ms = r->cmd->now_ms;
        sj_new_id(r->cmd, 0, r->id);
    }
    after->person = person;
    applicant_apply(after, r->in);
    call_nameless(after);
    after->word = f->set.row[f->decisive]->word;
    after->has_word_by = true;
    after->word_by = (ProtobufCBinaryData){ HASH_SIZE, f->set.hash[f->decisive] };
}

/* The registration lists what was said of it; a row that is new to it is told whose it is. */
static void
join(following *f, registration_row *after)
{
    ProtobufCBinaryData *list =
        sj_arena_take(sj_txn_arena(f->r.seats.txn), f->set.count * sizeof *list);
    Sijill__V1__RegistrationState state = after->state;

    if (list == NULL) {
        sj_txn_fail(f->r.seats.txn, SJ_FAULT_ARENA, "no memory for what a platform said");
        return;
    }
    for (size_t n = 0; n < f->set.count; n++)
        list[n] = (ProtobufCBinaryData){ HASH_SIZE, f->set.hash[n] };
    if (f->r.known != NULL && f->r.known->n_said == 0)
        after->has_accepted_here = after->accepted_here =
            state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED ||
            state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED;
    after->said = list;
    after->n_said = f->set.count;
    f->said->has_registration_id = true;
    f->said->registration_id = sj_id_data(f->r.id);
}

/* What the deciding word leads to. */
static Sijill__V1__RegistrationState
target(const following *f, const registration_row *after)
{
    const Sijill__V1__SaidWord *word = after->word;
    Sijill__V1__RegistrationState now = after->state;

    if (!f->decided)
        return now;
    if (word->kind == SIJILL__V1__PUSH__KIND__WITHDRAWN)
        return SIJILL__V1__REGISTRATION_STATE__CANCELLED;
    if (word->kind == SIJILL__V1__PUSH__KIND__DENIED)
        return SIJILL__V1__REGISTRATION_STATE__REJECTED;
    if (word->pending && !after->accepted_here)
        return SIJILL__V1__REGISTRATION_STATE__PENDING;
    return now == SIJILL__V1__REGISTRATION_STATE__WAITLISTED
               ? now
               : SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
}

/* Write a registration whose state changes, or that is new.  False: refused. */
static bool
move(following *f, registration_row *after, Sijill__V1__RegistrationState to, bool *joined)
{
    registering *r = &f->r;
    seat_offer offer = OFFER_CONFIRMED;
    Sijill__V1__RegistrationState was = after->state;
    bool freed = false;

    if (to == SIJILL__V1__REGISTRATION_STATE__CONFIRMED) {
        if (r->seats.row->state != SIJILL__V1__EVENT_STATE__EVENT_OPEN) {
            (void) sj_refuse(r->seats.txn, r->reply, SJ_CLOSED,
                             "the event is not open; open it again to give seats");
            return false;
        }
        offer = seats_offer(&r->seats, seat_of(after));
        if (offer == OFFER_FULL || offer == OFFER_MOVING) {
            (void) seats_refuse(&r->seats, r->reply, offer);
            return false;
        }
    }
    if (r->known != NULL)
        registration_leave(&r->seats, r->known, &freed);
    if (to == SIJILL__V1__REGISTRATION_STATE__CONFIRMED) {
        registration_admit(&r->seats, r->id, after, offer);
    } else {
        registration_set_state(after, to);
        seats_count(&r->seats, after, true);
    }
    register_index(r, r->known, after);
    registration_write(&r->seats, r->id, after, was);
    if (freed)
        line_move(&r->seats);
    seats_write(&r->seats);
    *joined = offer == OFFER_WAITLISTED;
    return true;
}

/* Do to the registration what is new. */
static sj_status
carry_out(following *f, bool joins)
{
    registering *r = &f->r;
    registration_row after;
    Sijill__V1__Person person;
    Sijill__V1__RegistrationState to;
    bool joined = false;

    gather_news(f);
    shape(f, &after, &person);
    if (joins)
        join(f, &after);
    to = target(f, &after);
    if (to == after.state ? !register_change(r, &after) : !move(f, &after, to, &joined))
        return r->reply->status;
    said_write(&r->seats, f->hash, f->said);
    return answer(f, &after,
                  r->known == NULL ? SIJILL__V1__OUTCOME__CREATED : SIJILL__V1__OUTCOME__UPDATED,
                  joined);
}

static sj_status
follow(following *f)
{
    registering *r = &f->r;
    bool joins = !f->said->has_registration_id;

    if (r->known == NULL && !f->said->began) {
        said_write(&r->seats, f->hash, f->said);
        return answer(f, NULL, SIJILL__V1__OUTCOME__UPDATED, false);
    }
    if (!said_gather(&r->seats, r->known, f->said, f->hash, &f->set))
        return sj_refuse(r->seats.txn, r->reply, SJ_CONFLICT,
                         "this person has registered too often at platforms; a person must look");
    if (joins)
        f->texts = ~0U; /* what was kept until it was known of whom it is */
    f->decisive = said_decisive(&f->set);
    f->decided = r->known == NULL || r->known->word == NULL ||
                 !said_word_equal(r->known->word, f->set.row[f->decisive]->word) ||
                 memcmp(r->known->word_by.data, f->set.hash[f->decisive], HASH_SIZE) != 0;
    if (joins || f->decided || f->texts != 0)
        return carry_out(f, joins);
    said_write(&r->seats, f->hash, f->said);
    return answer(f, r->known, SIJILL__V1__OUTCOME__UNCHANGED, false);
}

sj_status
follow_registration(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    following f = { .r = { .cmd = cmd, .reply = reply } };

    f.in = sj_decode(txn, cmd, &sijill__v1__follow_registration__descriptor, reply);
    if (f.in == NULL || !follow_clean(txn, f.in, reply))
        return reply->status;
    if (!seats_read(&f.r.seats, txn, cmd->org, f.in->event_id))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    said_hash(&f.r.seats, f.in->source, f.in->external_id, f.hash);
    f.said = said_read(&f.r.seats, f.hash);
    if (f.said == NULL)
        f.said = said_new(&f.r.seats, f.in->source, f.in->external_id);
    if (f.said == NULL)
        return SJ_INTERNAL; /* a fault */

    bool news = f.in->has_nonce;

    if (!news || !said_heard(&f.r.seats, f.said, f.in))
        news = said_learn(f.said, f.in, &f.texts) || news; /* that it was heard is to be kept */
    else
        news = false;
    find_known(&f);
    if (sj_txn_fault(txn) != SJ_FAULT_NONE)
        return SJ_INTERNAL;
    return news ? follow(&f) : answer(&f, f.r.known, SIJILL__V1__OUTCOME__UNCHANGED, false);
}
