/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random commands against a model that knows no indexes and no counters: it looks at all people
 * each time.  The core must answer each command as the model does, and hold the same people in the
 * same states and the same line.
 */
#include "services/core/message.h"
#include "tests/unit/registration/scene.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 24, STEPS = 500, SEEDS = 20, COUNTRIES = 3, UNLIMITED = 1000 };

static const char *const countries[COUNTRIES] = { "TR", "MA", "EG" };

typedef struct member {
    uint8_t id[SJ_ID_SIZE];
    Sijill__V1__RegistrationState state; /* STATE_NONE: never registered */
    Sijill__V1__Role role;
    Sijill__V1__Mode mode;
    unsigned country;
    uint64_t line;
} member;

typedef struct model {
    member people[PEOPLE];
    uint32_t capacity, in_person, online, quota[COUNTRIES];
    bool approval, waiting, open;
    uint64_t next_line;
    uint64_t random;
} model;

/* xorshift64*: the same numbers on every machine. */
static uint32_t
draw(model *m, uint32_t below)
{
    m->random ^= m->random >> 12;
    m->random ^= m->random << 25;
    m->random ^= m->random >> 27;
    return (uint32_t) ((m->random * UINT64_C(2685821657736338717)) >> 33) % below;
}

static bool
sits(const member *who)
{
    return who->role == SIJILL__V1__ROLE__PARTICIPANT || who->role == SIJILL__V1__ROLE__OBSERVER ||
           who->role == SIJILL__V1__ROLE__FOCAL_POINT;
}

/* Whether `who` would fit if nobody else changed; `who` itself is not counted. */
static bool
fits(const model *m, const member *self, const member *who)
{
    uint32_t all = 0, mode = 0, country = 0;

    if (!sits(who))
        return true;
    for (size_t n = 0; n < PEOPLE; n++) {
        const member *other = &m->people[n];

        if (other == self || other->state != SIJILL__V1__REGISTRATION_STATE__CONFIRMED ||
            !sits(other))
            continue;
        all++;
        mode += other->mode == who->mode;
        country += other->country == who->country;
    }
    return all < m->capacity &&
           mode < (who->mode == SIJILL__V1__MODE__IN_PERSON ? m->in_person : m->online) &&
           country < m->quota[who->country];
}

static member *
next_in_line(model *m, uint64_t from)
{
    member *next = NULL;

    for (size_t n = 0; n < PEOPLE; n++) {
        member *who = &m->people[n];

        if (who->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED && who->line >= from &&
            (next == NULL || who->line < next->line))
            next = who;
    }
    return next;
}

static void
move_up(model *m)
{
    if (!m->open)
        return;
    for (member *who = next_in_line(m, 0); who != NULL; who = next_in_line(m, who->line + 1))
        if (fits(m, who, who))
            who->state = SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
}

static uint32_t
place_of(const model *m, const member *who)
{
    uint32_t place = 1;

    if (who->state != SIJILL__V1__REGISTRATION_STATE__WAITLISTED)
        return 0;
    for (size_t n = 0; n < PEOPLE; n++)
        place += m->people[n].state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED &&
                 m->people[n].line < who->line;
    return place;
}

static sj_status
take_seat(model *m, member *who)
{
    if (fits(m, who, who)) {
        who->state = SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
    } else {
        if (!m->waiting)
            return SJ_FULL;
        who->state = SIJILL__V1__REGISTRATION_STATE__WAITLISTED;
        who->line = m->next_line++;
    }
    return SJ_OK;
}

static bool
same(const member *a, const member *b)
{
    return a->role == b->role && a->mode == b->mode && a->country == b->country;
}

static sj_status
model_update(model *m, member *who, const member *said)
{
    bool sat = who->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
    member after = *said;

    memcpy(after.id, who->id, sizeof after.id);
    after.state = who->state;
    after.line = who->line;
    if (sat && !fits(m, who, &after))
        return SJ_FULL;
    if (after.state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED &&
        (!sits(&after) || (m->open && fits(m, who, &after))))
        after.state = SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
    *who = after;
    if (sat)
        move_up(m);
    return SJ_OK;
}

static sj_status
model_register(model *m, member *who, const member *said, bool update)
{
    member fresh = *said;
    sj_status status;

    if (who->state == SIJILL__V1__REGISTRATION_STATE__REJECTED)
        return SJ_CONFLICT;
    if (who->state != SIJILL__V1__REGISTRATION_STATE__STATE_NONE &&
        who->state != SIJILL__V1__REGISTRATION_STATE__CANCELLED) {
        if (same(who, said))
            return SJ_OK;
        return update ? model_update(m, who, said) : SJ_CONFLICT;
    }
    if (!m->open)
        return SJ_CLOSED;
    memcpy(fresh.id, who->id, sizeof fresh.id);
    fresh.state = SIJILL__V1__REGISTRATION_STATE__STATE_NONE;

    member before = *who;

    *who = fresh;
    if (m->approval) {
        who->state = SIJILL__V1__REGISTRATION_STATE__PENDING;
        return SJ_OK;
    }
    status = take_seat(m, who);
    if (status != SJ_OK)
        *who = before;
    return status;
}

static sj_status
model_reinstate(model *m, member *who)
{
    return m->open ? take_seat(m, who) : SJ_CLOSED;
}

static sj_status
model_decide(model *m, member *who, Sijill__V1__Decision decision)
{
    bool live = who->state == SIJILL__V1__REGISTRATION_STATE__PENDING ||
                who->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED ||
                who->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
    bool pending = who->state == SIJILL__V1__REGISTRATION_STATE__PENDING;
    Sijill__V1__RegistrationState end = decision == SIJILL__V1__DECISION__REJECT
                                            ? SIJILL__V1__REGISTRATION_STATE__REJECTED
                                            : SIJILL__V1__REGISTRATION_STATE__CANCELLED;

    if (decision == SIJILL__V1__DECISION__APPROVE || decision == SIJILL__V1__DECISION__REINSTATE) {
        if (live && !pending)
            return SJ_OK;
        if (pending != (decision == SIJILL__V1__DECISION__APPROVE))
            return SJ_PRECONDITION;
        return model_reinstate(m, who);
    }
    if (!live)
        return who->state == end ? SJ_OK : SJ_PRECONDITION;
    who->state = end;
    move_up(m);
    return SJ_OK;
}

static member
draw_member(model *m)
{
    return (member){
        .role = draw(m, 5) > 0 ? SIJILL__V1__ROLE__PARTICIPANT : (Sijill__V1__Role) draw(m, 6),
        .mode = draw(m, 2) > 0 ? SIJILL__V1__MODE__IN_PERSON : SIJILL__V1__MODE__ONLINE,
        .country = draw(m, COUNTRIES),
    };
}

static void
check_answer(scene *s, const model *m, member *who, sj_status expected)
{
    answer a = scene_answer(s);

    assert_int_equal(a.status, expected);
    if (expected != SJ_OK)
        return;
    memcpy(who->id, a.id, SJ_ID_SIZE);
    assert_int_equal(a.state, who->state);
    assert_int_equal(a.place, place_of(m, who));
}

static void
step_register(scene *s, model *m, size_t n)
{
    member said = draw_member(m);
    bool update = draw(m, 2) > 0;
    char email[32];
    person p;

    (void) snprintf(email, sizeof email, "p%zu@x.org", n);
    person_begin(s, &p, email);
    person_role(&p, said.role);
    person_mode(&p, said.mode);
    person_country(&p, countries[said.country]);
    if (update)
        person_update(&p);

    uint8_t known[SJ_ID_SIZE];
    bool had = m->people[n].state != SIJILL__V1__REGISTRATION_STATE__STATE_NONE;

    memcpy(known, m->people[n].id, sizeof known);
    (void) person_send(s, &p);
    check_answer(s, m, &m->people[n], model_register(m, &m->people[n], &said, update));
    if (had)
        assert_memory_equal(known, m->people[n].id, sizeof known);
}

static void
step_decide(scene *s, model *m, size_t n)
{
    Sijill__V1__Decision decision = (Sijill__V1__Decision) (1 + draw(m, 4));

    if (m->people[n].state == SIJILL__V1__REGISTRATION_STATE__STATE_NONE)
        return;
    (void) scene_decide(s, m->people[n].id, decision);
    check_answer(s, m, &m->people[n], model_decide(m, &m->people[n], decision));
}

/* Whether everyone who sits still has a seat under other limits. */
static bool
all_fit(const model *m, const model *other)
{
    uint32_t all = 0, in_person = 0, online = 0, country[COUNTRIES] = { 0 };

    for (size_t n = 0; n < PEOPLE; n++) {
        const member *who = &m->people[n];

        if (who->state != SIJILL__V1__REGISTRATION_STATE__CONFIRMED || !sits(who))
            continue;
        all++;
        *(who->mode == SIJILL__V1__MODE__IN_PERSON ? &in_person : &online) += 1;
        country[who->country]++;
    }
    for (unsigned n = 0; n < COUNTRIES; n++)
        if (country[n] > other->quota[n])
            return false;
    return all <= other->capacity && in_person <= other->in_person && online <= other->online;
}

static uint32_t
draw_limit(model *m, uint32_t below)
{
    return draw(m, 3) == 0 ? UNLIMITED : draw(m, below);
}

static void
step_rules(scene *s, model *m)
{
    model other = *m;
    rules r;

    other.capacity = draw_limit(&other, PEOPLE);
    other.in_person = draw_limit(&other, PEOPLE);
    other.online = draw_limit(&other, PEOPLE);
    other.approval = draw(&other, 4) == 0;
    other.waiting = draw(&other, 3) > 0;
    for (unsigned n = 0; n < COUNTRIES; n++)
        other.quota[n] = draw_limit(&other, PEOPLE / 2);
    m->random = other.random;

    rules_begin(&r);
    if (other.capacity != UNLIMITED)
        rules_capacity(&r, other.capacity);
    r.message.has_capacity_in_person = other.in_person != UNLIMITED;
    r.message.capacity_in_person = other.in_person;
    r.message.has_capacity_online = other.online != UNLIMITED;
    r.message.capacity_online = other.online;
    r.message.has_needs_approval = r.message.needs_approval = other.approval;
    r.message.has_waiting_list = r.message.waiting_list = other.waiting;
    for (unsigned n = 0; n < COUNTRIES; n++)
        if (other.quota[n] != UNLIMITED)
            rules_quota(&r, countries[n], other.quota[n]);
    if (all_fit(m, &other)) {
        *m = other;
        move_up(m);
        assert_int_equal(rules_set(s, &r), SJ_OK);
    } else {
        assert_int_equal(rules_set(s, &r), SJ_CONFLICT);
    }
}

static void
step_state(scene *s, model *m)
{
    m->open = draw(m, 3) > 0;
    assert_int_equal(scene_state(s, m->open ? SIJILL__V1__EVENT_STATE__EVENT_OPEN
                                            : SIJILL__V1__EVENT_STATE__EVENT_CLOSED),
                     SJ_OK);
    move_up(m);
}

/* Everyone is in the model's state, at the model's place. */
static void
check_people(scene *s, const model *m)
{
    for (size_t n = 0; n < PEOPLE; n++) {
        const member *who = &m->people[n];
        Sijill__V1__RegistrationView *view;

        if (who->state == SIJILL__V1__REGISTRATION_STATE__STATE_NONE)
            continue;
        view = scene_view(s, who->id);
        assert_int_equal(view->state, who->state);
        assert_int_equal(view->role, who->role);
        assert_int_equal(view->mode, who->mode);
        assert_string_equal(view->person->country, countries[who->country]);
        assert_int_equal(view->has_place ? view->place : 0, place_of(m, who));
    }
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
step(scene *s, model *m)
{
    uint32_t what = draw(m, 100);

    s->now_ms++;
    if (what < 55)
        step_register(s, m, draw(m, PEOPLE));
    else if (what < 85)
        step_decide(s, m, draw(m, PEOPLE));
    else if (what < 93)
        step_rules(s, m);
    else if (what < 97)
        step_state(s, m);
    else
        assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
}

static void
run(scene *s, uint64_t seed)
{
    model m = { .capacity = UNLIMITED,
                .in_person = UNLIMITED,
                .online = UNLIMITED,
                .quota = { UNLIMITED, UNLIMITED, UNLIMITED },
                .open = true,
                .random = seed * UINT64_C(0x9E3779B97F4A7C15) };

    for (unsigned n = 0; n < STEPS; n++) {
        step(s, &m);
        if (n % 25 == 24)
            check_people(s, &m);
    }
}

static void
core_and_model_agree(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        void *inner;

        print_message("# seed %u\n", (unsigned) seed);
        assert_int_equal(scene_open(&inner), 0);
        run(inner, seed);
        (void) scene_close(&inner);
    }
}

static void
same_commands_make_the_same_store(void **state)
{
    uint8_t digest[32];
    void *first, *second;

    (void) state;
    assert_int_equal(scene_open(&first), 0);
    assert_int_equal(scene_open(&second), 0);
    run(first, 99);
    run(second, 99);
    fixture_digest(((scene *) first)->f, digest);
    assert_same_store(second, digest);
    (void) scene_close(&first);
    (void) scene_close(&second);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_and_model_agree),
        cmocka_unit_test(same_commands_make_the_same_store),
    };

    return cmocka_run_group_tests_name("registration: model", tests, NULL, NULL);
}
