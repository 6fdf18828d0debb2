/* SPDX-License-Identifier: Apache-2.0 */
/* What a trainer may at which events, and which fields are an organiser's. */
#include "services/core/message.h"
#include "sijill/v1/attendance.pb-c.h"
#include "tests/unit/access/holder.h"

enum { REGISTER = 110, LIST_REGISTRATIONS = 153, GET_EVENT = 150, RECORD_EVIDENCE = 200 };

static const uint8_t mine[SJ_ID_SIZE] = { 1 }, also_mine[SJ_ID_SIZE] = { 2 },
                     foreign[SJ_ID_SIZE] = { 3 };

static int
open_attendance(void **state)
{
    return fixture_open(state, &attendance_core);
}

/* A trainer of two events. */
static void
as_trainer(fixture *f)
{
    static ProtobufCBinaryData events[2];
    holder h;

    events[0] = sj_id_data(mine);
    events[1] = sj_id_data(also_mine);
    holder_begin(&h, 1, SIJILL__V1__ACCESS__ROLE__TRAINER, NULL);
    h.in.n_event_id = 2;
    h.in.event_id = events;
    holder_follow(f, &h, 0);
    as_key(f, &h);
}

static void
as_platform(fixture *f)
{
    holder h;

    holder_begin(&h, 2, SIJILL__V1__ACCESS__ROLE__PLATFORM, NULL);
    holder_follow(f, &h, 0);
    as_key(f, &h);
}

/* Evidence of a kind at one event, and at another when that is not NULL. */
static sj_status
record(fixture *f, Sijill__V1__EvidenceKind kind, const uint8_t *first, const uint8_t *second)
{
    Sijill__V1__RecordEvidence in;
    Sijill__V1__Evidence pieces[2], *list[2] = { &pieces[0], &pieces[1] };
    const uint8_t *events[2] = { first, second };

    sijill__v1__record_evidence__init(&in);
    in.evidence = list;
    for (size_t i = 0; i < 2; i++) {
        sijill__v1__evidence__init(list[i]);
        list[i]->has_event_id = events[i] != NULL;
        if (events[i] != NULL)
            list[i]->event_id = sj_id_data(events[i]);
        list[i]->has_kind = true;
        list[i]->kind = kind;
    }
    in.n_evidence = second == NULL ? 1 : 2;
    return fixture_run(f, RECORD_EVIDENCE, &in.base, NOW);
}

static void
a_trainer_records_at_events_of_the_key_only(void **state)
{
    fixture *f = *state;
    Sijill__V1__EvidenceKind kind = SIJILL__V1__EVIDENCE_KIND__MARK;

    as_trainer(f);
    /* past the gate: the handler finds what else is wrong */
    assert_int_equal(record(f, kind, mine, NULL), SJ_INVALID);
    assert_int_equal(record(f, kind, mine, also_mine), SJ_INVALID);
    assert_int_equal(record(f, kind, foreign, NULL), SJ_FORBIDDEN);
    assert_string_equal(f->reply.field, "evidence.event_id");
    assert_int_equal(record(f, kind, mine, foreign), SJ_FORBIDDEN);
    assert_int_equal(record(f, kind, foreign, mine), SJ_FORBIDDEN);
    assert_int_equal(record(f, kind, NULL, NULL), SJ_FORBIDDEN);
}

/* A piece that names no event may not ride beside one that does. */
static void
each_piece_names_its_event(void **state)
{
    fixture *f = *state;
    Sijill__V1__RecordEvidence in;
    Sijill__V1__Evidence named, bare, *list[2] = { &named, &bare };

    as_trainer(f);
    sijill__v1__record_evidence__init(&in);
    sijill__v1__evidence__init(&named);
    sijill__v1__evidence__init(&bare);
    named.has_event_id = true;
    named.event_id = sj_id_data(mine);
    in.n_evidence = 2;
    in.evidence = list;
    assert_int_equal(fixture_run(f, RECORD_EVIDENCE, &in.base, NOW), SJ_INVALID);
}

static void
a_trainer_reads_events_of_the_key_only(void **state)
{
    static const uint32_t types[] = { 250, 252 };
    fixture *f = *state;

    as_trainer(f);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        Sijill__V1__ListAttendance in; /* 252 has its fields at the same numbers */

        sijill__v1__list_attendance__init(&in);
        assert_int_equal(fixture_run(f, types[i], &in.base, NOW), SJ_FORBIDDEN);
        in.has_event_id = true;
        in.event_id = sj_id_data(foreign);
        assert_int_equal(fixture_run(f, types[i], &in.base, NOW), SJ_FORBIDDEN);
        in.event_id = sj_id_data(mine);
        assert_int_equal(fixture_run(f, types[i], &in.base, NOW), SJ_NOT_FOUND);
    }
}

static void
a_malformed_request_of_a_trainer_is_invalid(void **state)
{
    fixture *f = *state;
    Sijill__V1__ListAttendance in;

    as_trainer(f);
    sijill__v1__list_attendance__init(&in);
    in.has_event_id = in.has_limit = true;
    in.event_id = sj_id_data(mine);
    in.limit = 100000;
    assert_int_equal(fixture_run(f, 250, &in.base, NOW), SJ_INVALID);
}

static void
a_platform_says_who_came_and_judges_nobody(void **state)
{
    fixture *f = *state;

    as_platform(f);
    for (int kind = SIJILL__V1__EVIDENCE_KIND__CHECK_IN; kind <= SIJILL__V1__EVIDENCE_KIND__SEEN;
         kind++) {
        bool judges =
            kind == SIJILL__V1__EVIDENCE_KIND__MARK || kind == SIJILL__V1__EVIDENCE_KIND__VOID;

        assert_int_equal(record(f, (Sijill__V1__EvidenceKind) kind, foreign, NULL),
                         judges ? SJ_FORBIDDEN : SJ_INVALID);
        if (judges)
            assert_string_equal(f->reply.field, "evidence.kind");
    }
    as_peer(f, SJ_PEER_GATEWAY);
    assert_int_equal(record(f, SIJILL__V1__EVIDENCE_KIND__MARK, foreign, NULL), SJ_FORBIDDEN);
    as_peer(f, SJ_PEER_OPERATOR);
    assert_int_equal(record(f, SIJILL__V1__EVIDENCE_KIND__MARK, foreign, NULL), SJ_INVALID);
}

/* ---- registration: an organisation with two events ---- */

typedef struct centre {
    fixture *f;
    uint8_t course[SJ_ID_SIZE], webinar[SJ_ID_SIZE];
} centre;

static void
define_event(fixture *f, const char *slug, uint8_t id[SJ_ID_SIZE])
{
    Sijill__V1__DefineEvent define;
    Sijill__V1__Event event;
    Sijill__V1__Text title, *titles[] = { &title };
    char lang[] = "en", kind[] = "webinar";

    sijill__v1__define_event__init(&define);
    sijill__v1__event__init(&event);
    sijill__v1__text__init(&title);
    title.lang = lang;
    title.text = kind;
    event.slug = (char *) (uintptr_t) slug;
    event.kind = kind;
    event.n_title = 1;
    event.title = titles;
    define.event = &event;
    assert_int_equal(fixture_run(f, 102, &define.base, NOW), SJ_OK);

    Sijill__V1__Defined *out = fixture_reply(f, &sijill__v1__defined__descriptor);

    memcpy(id, out->id.data, SJ_ID_SIZE);
}

static int
open_centre(void **state)
{
    static centre c;
    Sijill__V1__DefineOrganisation organisation;
    Sijill__V1__Text name, *names[] = { &name };
    char lang[] = "en", words[] = "Centre";
    void *inner;

    assert_int_equal(fixture_open(&inner, &registration_core), 0);
    c.f = inner;
    sijill__v1__define_organisation__init(&organisation);
    sijill__v1__text__init(&name);
    name.lang = lang;
    name.text = words;
    organisation.n_name = 1;
    organisation.name = names;
    assert_int_equal(fixture_run(c.f, 100, &organisation.base, NOW), SJ_OK);
    define_event(c.f, "course", c.course);
    define_event(c.f, "webinar", c.webinar);
    *state = &c;
    return 0;
}

static int
close_centre(void **state)
{
    void *inner = ((centre *) *state)->f;

    return fixture_close(&inner);
}

static void
as_added(centre *c, uint8_t n, Sijill__V1__Access__Role role, const uint8_t *event)
{
    holder h;

    holder_begin(&h, n, role, event);
    assert_int_equal(holder_add(c->f, &h), SJ_OK);
    as_key(c->f, &h);
}

static void
an_event_asked_by_its_name_is_looked_at_in_the_answer(void **state)
{
    centre *c = *state;
    Sijill__V1__GetEvent get;
    char course[] = "course", webinar[] = "webinar";

    as_added(c, 1, SIJILL__V1__ACCESS__ROLE__TRAINER, c->course);
    sijill__v1__get_event__init(&get);
    get.slug = course;
    assert_int_equal(fixture_run(c->f, GET_EVENT, &get.base, NOW), SJ_OK);
    get.slug = webinar;
    assert_int_equal(fixture_run(c->f, GET_EVENT, &get.base, NOW), SJ_FORBIDDEN);
    assert_int_equal(c->f->reply.body.size, 0);
    get.has_event_id = true;
    get.event_id = sj_id_data(c->course);
    assert_int_equal(fixture_run(c->f, GET_EVENT, &get.base, NOW), SJ_OK); /* the id counts */
    get.event_id = sj_id_data(c->webinar);
    get.slug = course;
    assert_int_equal(fixture_run(c->f, GET_EVENT, &get.base, NOW), SJ_FORBIDDEN);
}

static sj_status
enrol(centre *c, Sijill__V1__Register *change)
{
    Sijill__V1__Person person;
    char name[] = "A. Person", email[] = "a@x.org";

    sijill__v1__person__init(&person);
    person.name = name;
    person.email = email;
    change->person = &person;
    change->has_event_id = true;
    change->event_id = sj_id_data(c->course);
    return fixture_run(c->f, REGISTER, &change->base, NOW);
}

static void
what_an_organiser_alone_decides_is_refused_to_a_platform(void **state)
{
    static const Sijill__V1__Access__Role others[] = { SIJILL__V1__ACCESS__ROLE__ORGANISER,
                                                       SIJILL__V1__ACCESS__ROLE__OWNER };
    centre *c = *state;
    Sijill__V1__Register in;

    as_added(c, 1, SIJILL__V1__ACCESS__ROLE__PLATFORM, NULL);
    sijill__v1__register__init(&in);
    in.has_override = in.override = true;
    assert_int_equal(enrol(c, &in), SJ_FORBIDDEN);
    assert_string_equal(c->f->reply.field, "override");
    in.override = false;
    in.has_role = true;
    in.role = SIJILL__V1__ROLE__TRAINER;
    assert_int_equal(enrol(c, &in), SJ_FORBIDDEN);
    assert_string_equal(c->f->reply.field, "role");
    in.role = SIJILL__V1__ROLE__PARTICIPANT;
    assert_int_equal(enrol(c, &in), SJ_OK);
    in.has_on_duplicate = in.override = true;
    in.on_duplicate = SIJILL__V1__ON_DUPLICATE__UPDATE;
    in.role = SIJILL__V1__ROLE__SPEAKER;
    for (uint8_t i = 0; i < 2; i++) {
        as_added(c, (uint8_t) (2 + i), others[i], NULL);
        assert_int_equal(enrol(c, &in), SJ_OK);
    }
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, open_attendance, fixture_close)
#define AT_CENTRE(name) cmocka_unit_test_setup_teardown(name, open_centre, close_centre)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_trainer_records_at_events_of_the_key_only),
        LAW(each_piece_names_its_event),
        LAW(a_trainer_reads_events_of_the_key_only),
        LAW(a_malformed_request_of_a_trainer_is_invalid),
        LAW(a_platform_says_who_came_and_judges_nobody),
        AT_CENTRE(an_event_asked_by_its_name_is_looked_at_in_the_answer),
        AT_CENTRE(what_an_organiser_alone_decides_is_refused_to_a_platform),
    };

    return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
