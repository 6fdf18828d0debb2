/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/registration/described.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

static void
describe_titles(described *d)
{
    static const char *const titles[2][2] = {
        { "ar", "\xD8\xAF\xD9\x88\xD8\xB1\xD8\xA9" },
        { "en", "A course" },
    };

    for (size_t n = 0; n < 2; n++) {
        sijill__v1__text__init(&d->title[n]);
        d->title[n].lang = text(titles[n][0]);
        d->title[n].text = text(titles[n][1]);
        d->titles[n] = &d->title[n];
    }
    d->event.n_title = 2;
    d->event.title = d->titles;
}

static void
describe_sessions(described *d)
{
    for (size_t n = 0; n < SESSIONS; n++) {
        sijill__v1__session__init(&d->session[n]);
        d->session[n].has_starts_ms = d->session[n].has_ends_ms = true;
        d->session[n].starts_ms = NOW + n * DAY_MS;
        d->session[n].ends_ms = d->session[n].starts_ms + 8 * HOUR_MS;
        d->sessions[n] = &d->session[n];
    }
    for (size_t n = 0; n < 2; n++) {
        sijill__v1__break__init(&d->pause[n]);
        d->pause[n].has_starts_ms = d->pause[n].has_ends_ms = true;
        d->pause[n].starts_ms = NOW + (2 + 2 * n) * HOUR_MS;
        d->pause[n].ends_ms = d->pause[n].starts_ms + HOUR_MS;
        d->pauses[n] = &d->pause[n];
    }
    d->session[0].n_breaks = 2;
    d->session[0].breaks = d->pauses;
    d->event.n_sessions = 2;
    d->event.sessions = d->sessions;
}

static void
describe_relations(described *d)
{
    sijill__v1__text__init(&d->name);
    d->name.lang = text("en");
    d->name.text = text("Statistics Office");
    d->names[0] = &d->name;
    sijill__v1__partner__init(&d->partner);
    d->partner.n_name = 1;
    d->partner.name = d->names;
    d->partner.role = text("co_organiser");
    d->partner.country = text("TR");
    d->partners[0] = &d->partner;
    d->event.n_partners = 1;
    d->event.partners = d->partners;
    sijill__v1__parent__init(&d->parent);
    d->parent.kind = text("project");
    d->parent.slug = text("not-here-yet");
    d->parents[0] = &d->parent;
    d->event.n_parents = 1;
    d->event.parents = d->parents;
    d->programmes[0] = text("statcab");
    d->event.n_programmes = 1;
    d->event.programmes = d->programmes;
    d->languages[0] = text("ar");
    d->event.n_languages = 1;
    d->event.languages = d->languages;
}

void
described_begin(described *d)
{
    sijill__v1__event__init(&d->event);
    d->event.slug = text("course");
    d->event.kind = text("training_course");
    d->event.start_date = text("2025-06-15");
    d->event.end_date = text("2025-06-16");
    d->event.has_date_precision = true;
    d->event.date_precision = SIJILL__V1__DATE_PRECISION__DATE_DAY;
    d->event.time_zone = text("Europe/Istanbul");
    d->event.has_mode = true;
    d->event.mode = SIJILL__V1__MODE__HYBRID;
    d->event.city = text("Ankara");
    d->event.country = text("TR");
    d->event.source_json = text("{\"audience\":[]}");
    describe_titles(d);
    describe_sessions(d);
    describe_relations(d);
    sijill__v1__define_event__init(&d->message);
    d->message.event = &d->event;
}

sj_status
described_send(scene *s, described *d)
{
    return fixture_run(s->f, DEFINE_EVENT, &d->message.base, s->now_ms);
}

Sijill__V1__Outcome
described_outcome(scene *s)
{
    Sijill__V1__Defined *out = fixture_reply(s->f, &sijill__v1__defined__descriptor);

    assert_int_equal(out->id.len, SJ_ID_SIZE);
    return out->outcome;
}

Sijill__V1__EventView *
described_view(scene *s, const char *slug)
{
    Sijill__V1__GetEvent in;

    sijill__v1__get_event__init(&in);
    in.slug = text(slug);
    assert_int_equal(fixture_run(s->f, GET_EVENT, &in.base, s->now_ms), SJ_OK);
    return fixture_reply(s->f, &sijill__v1__event_view__descriptor);
}
