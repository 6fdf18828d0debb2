/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever order a platform's words come in, the registration is the same: every order of several
 * histories, redeliveries among them, each at an event of its own.
 */
#include "services/core/message.h"
#include "tests/unit/registration/pushes.h"

#include <stdio.h>
#include <stdlib.h>

enum { HISTORY_MAX = 6, VIEW_SIZE = 1024, LIST = 153 };

typedef struct history {
    const char *name;
    const char *by_hand; /* an e-mail that is registered here before; NULL: nobody */
    size_t count;
    push push[HISTORY_MAX];
    const char *expected; /* state, id, name, e-mail, country, institution of each registration */
} history;

#define AMAL "amal@example.org"

static const history histories[] = {
    { "approved, and told twice",
      NULL,
      5,
      { { SAYS_PENDING, 1, "A", AMAL, "Amal Al-Harthi", "OM", "Ministry", NULL },
        { SAYS_PENDING, 1, "A", AMAL, "Amal Al-Harthi", "OM", "Ministry", NULL },
        { SAYS_APPROVED, 2, "A", AMAL, "Amal Al-Harthi", NULL, NULL, NULL },
        { SAYS_APPROVED, 2, "A", AMAL, "Amal Al-Harthi", NULL, NULL, NULL },
        { SAYS_PENDING, 1, "A", AMAL, "Amal Al-Harthi", "OM", "Ministry", NULL } },
      "3 zoom/A Amal Al-Harthi amal@example.org OM Ministry\n" },
    { "cancelled by a thin word",
      NULL,
      5,
      { { SAYS_PENDING, 1, "A", AMAL, "Amal", "OM", "Ministry", NULL },
        { SAYS_APPROVED, 2, "A", AMAL, "Amal", NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 3, "A", NULL, NULL, NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 3, "A", NULL, NULL, NULL, NULL, NULL },
        { SAYS_APPROVED, 2, "A", AMAL, "Amal", NULL, NULL, NULL } },
      "5 zoom/A Amal amal@example.org OM Ministry\n" },
    { "denied, then approved, each word about something else",
      NULL,
      6,
      { { SAYS_PENDING, 1, "A", NULL, "Amal", NULL, NULL, NULL },
        { SAYS_DENIED, 2, "A", AMAL, NULL, NULL, "An office", NULL },
        { SAYS_APPROVED, 3, "A", NULL, "Amal Al-Harthi", "OM", NULL, NULL },
        { SAYS_APPROVED, 4, "A", NULL, NULL, NULL, "Ministry", NULL },
        { SAYS_DENIED, 2, "A", AMAL, NULL, NULL, "An office", NULL },
        { SAYS_PENDING, 1, "A", NULL, "Amal", NULL, NULL, NULL } },
      "3 zoom/A Amal Al-Harthi amal@example.org OM Ministry\n" },
    { "all at one instant",
      NULL,
      5,
      { { SAYS_PENDING, 7, "A", AMAL, "Amal", NULL, NULL, NULL },
        { SAYS_REGISTERED, 7, "A", AMAL, "Badr", "OM", NULL, NULL },
        { SAYS_APPROVED, 7, "A", AMAL, "Amal", "TR", NULL, NULL },
        { SAYS_DENIED, 7, "A", NULL, NULL, NULL, "Ministry", NULL },
        { SAYS_WITHDRAWN, 7, "A", AMAL, NULL, NULL, "Bureau", NULL } },
      "5 zoom/A Badr amal@example.org TR Ministry\n" },
    { "cancelled and registered again under the same id",
      NULL,
      5,
      { { SAYS_REGISTERED, 1, "A", AMAL, "Amal", "OM", NULL, NULL },
        { SAYS_WITHDRAWN, 2, "A", AMAL, "Amal", NULL, NULL, NULL },
        { SAYS_REGISTERED, 3, "A", AMAL, "Amal H", NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 2, "A", AMAL, "Amal", NULL, NULL, NULL },
        { SAYS_REGISTERED, 1, "A", AMAL, "Amal", "OM", NULL, NULL } },
      "3 zoom/A Amal H amal@example.org OM -\n" },
    { "cancelled and registered again under another id",
      NULL,
      5,
      { { SAYS_REGISTERED, 1, "A", AMAL, "Amal", "OM", "Ministry", NULL },
        { SAYS_WITHDRAWN, 2, "A", AMAL, "Amal", NULL, NULL, NULL },
        { SAYS_REGISTERED, 3, "B", AMAL, "Amal H", NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 4, "A", AMAL, "Amal", NULL, NULL, NULL },
        { SAYS_REGISTERED, 3, "B", AMAL, "Amal H", NULL, NULL, NULL } },
      "3 zoom/B Amal amal@example.org OM Ministry\n" },
    { "both ids cancelled",
      NULL,
      5,
      { { SAYS_REGISTERED, 1, "A", AMAL, "Amal", NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 2, "A", AMAL, NULL, NULL, NULL, NULL },
        { SAYS_PENDING, 3, "B", AMAL, "Amal H", NULL, NULL, NULL },
        { SAYS_APPROVED, 4, "B", AMAL, NULL, NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 5, "B", AMAL, NULL, NULL, NULL, NULL } },
      "5 zoom/B Amal H amal@example.org - -\n" },
    { "at two platforms, withdrawn at one",
      NULL,
      4,
      { { SAYS_REGISTERED, 1, "A", AMAL, "Amal", "OM", NULL, NULL },
        { SAYS_REGISTERED, 2, "7", AMAL, "Amal H", NULL, NULL, "portal" },
        { SAYS_WITHDRAWN, 3, "7", AMAL, NULL, NULL, NULL, "portal" },
        { SAYS_REGISTERED, 2, "7", AMAL, "Amal H", NULL, NULL, "portal" } },
      "3 zoom/A Amal H amal@example.org OM -\n" },
    { "registered by hand before, pending there",
      AMAL,
      4,
      { { SAYS_PENDING, 1, "A", "Amal@Example.org", "Amal H", "OM", NULL, NULL },
        { SAYS_PENDING, 1, "A", "Amal@Example.org", "Amal H", "OM", NULL, NULL },
        { SAYS_WITHDRAWN, 2, "A", AMAL, NULL, NULL, NULL, NULL },
        { SAYS_PENDING, 3, "A", AMAL, NULL, NULL, "Ministry", NULL } },
      "3 zoom/A Amal H amal@example.org OM Ministry\n" },
    { "registered by hand before, cancelled there",
      AMAL,
      4,
      { { SAYS_PENDING, 1, "A", AMAL, "Amal H", "OM", NULL, NULL },
        { SAYS_APPROVED, 2, "A", AMAL, NULL, NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 3, "A", NULL, NULL, NULL, NULL, NULL },
        { SAYS_WITHDRAWN, 3, "A", NULL, NULL, NULL, NULL, NULL } },
      "5 zoom/A Amal H amal@example.org OM -\n" },
    { "nobody's e-mail, and no name",
      NULL,
      5,
      { { SAYS_REGISTERED, 1, "A", "no address", NULL, "XX", NULL, NULL },
        { SAYS_REGISTERED, 1, "A", "no address", NULL, "XX", NULL, NULL },
        { SAYS_APPROVED, 2, "A", "", "", "", "", NULL },
        { SAYS_REGISTERED, 3, "B", NULL, "Badr", NULL, NULL, NULL },
        { SAYS_DENIED, 4, "B", NULL, NULL, NULL, NULL, NULL } },
      "3 zoom/A A - - -\n4 zoom/B Badr - - -\n" },
    { "a name that comes late",
      NULL,
      4,
      { { SAYS_REGISTERED, 1, "A", NULL, NULL, NULL, NULL, NULL },
        { SAYS_APPROVED, 2, "A", AMAL, NULL, NULL, NULL, NULL },
        { SAYS_APPROVED, 3, "A", AMAL, NULL, NULL, NULL, NULL },
        { SAYS_REGISTERED, 1, "A", NULL, NULL, NULL, NULL, NULL } },
      "3 zoom/A amal@example.org amal@example.org - -\n" },
};

static void
new_event(scene *s, unsigned number)
{
    Sijill__V1__DefineEvent in;
    Sijill__V1__Event event;
    Sijill__V1__Text title, *titles[] = { &title };
    Sijill__V1__Defined *out;
    char slug[32];

    (void) snprintf(slug, sizeof slug, "event-%u", number);
    sijill__v1__text__init(&title);
    title.lang = text("en");
    title.text = text("A webinar");
    sijill__v1__event__init(&event);
    event.slug = slug;
    event.n_title = 1;
    event.title = titles;
    sijill__v1__define_event__init(&in);
    in.event = &event;
    assert_int_equal(fixture_run(s->f, DEFINE_EVENT, &in.base, s->now_ms), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__defined__descriptor);
    memcpy(s->event, out->id.data, SJ_ID_SIZE);
}

static const char *
or_dash(const char *said)
{
    return said == NULL ? "-" : said;
}

static int
by_external_id(const void *a, const void *b)
{
    Sijill__V1__RegistrationView *const *x = a, *const *y = b;

    return strcmp(or_dash((*x)->external_id), or_dash((*y)->external_id));
}

/* Who is registered at the event, as text. */
static void
describe(scene *s, char view[VIEW_SIZE])
{
    Sijill__V1__ListRegistrations in;
    Sijill__V1__RegistrationList *list;
    size_t used = 0;

    sijill__v1__list_registrations__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(s->event);
    assert_int_equal(fixture_run(s->f, LIST, &in.base, s->now_ms), SJ_OK);
    list = fixture_reply(s->f, &sijill__v1__registration_list__descriptor);
    qsort(list->registration, list->n_registration, sizeof list->registration[0], by_external_id);
    view[0] = '\0';
    for (size_t n = 0; n < list->n_registration; n++) {
        const Sijill__V1__RegistrationView *one = list->registration[n];

        used += (size_t) snprintf(view + used, VIEW_SIZE - used, "%d %s/%s %s %s %s %s\n",
                                  (int) one->state, or_dash(one->source), or_dash(one->external_id),
                                  one->person->name, or_dash(one->person->email),
                                  or_dash(one->person->country), or_dash(one->person->institution));
        assert_true(used < VIEW_SIZE);
    }
}

/* A redelivery has the number of the first: to swap the two is no other order. */
static size_t
first_alike(const history *h, size_t n)
{
    size_t first = 0;

    while (memcmp(&h->push[first], &h->push[n], sizeof(push)) != 0)
        first++;
    return first;
}

static int
by_number(const void *a, const void *b)
{
    const size_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The next order of the numbers; false: that was the last. */
static bool
next_order(size_t *order, size_t count)
{
    size_t at = count - 1, swap = count - 1;

    while (at > 0 && order[at - 1] >= order[at])
        at--;
    if (at == 0)
        return false;
    while (order[swap] <= order[at - 1])
        swap--;

    size_t kept = order[swap];

    order[swap] = order[at - 1];
    order[at - 1] = kept;
    for (size_t low = at, high = count - 1; low < high; low++, high--) {
        kept = order[low];
        order[low] = order[high];
        order[high] = kept;
    }
    return true;
}

static void
say(char words[VIEW_SIZE], const history *h, const size_t *order)
{
    size_t used = (size_t) snprintf(words, VIEW_SIZE, "%s, in the order", h->name);

    for (size_t n = 0; n < h->count; n++)
        used += (size_t) snprintf(words + used, VIEW_SIZE - used, " %zu", order[n] + 1);
}

static void
every_order_of_every_history_ends_in_the_same_registration(void **state)
{
    scene *s = *state;
    unsigned events = 0;

    for (size_t i = 0; i < sizeof histories / sizeof histories[0]; i++) {
        const history *h = &histories[i];
        size_t order[HISTORY_MAX];

        for (size_t n = 0; n < h->count; n++)
            order[n] = first_alike(h, n);
        qsort(order, h->count, sizeof order[0], by_number);
        do {
            char view[VIEW_SIZE], words[VIEW_SIZE];

            new_event(s, events++);
            if (h->by_hand != NULL)
                assert_int_equal(scene_register(s, h->by_hand).status, SJ_OK);
            for (size_t n = 0; n < h->count; n++)
                assert_int_equal(push_send(s, &h->push[order[n]]), SJ_OK);
            describe(s, view);
            say(words, h, order);
            if (strcmp(view, h->expected) != 0)
                fail_msg("%s:\n%sexpected:\n%s", words, view, h->expected);
        } while (next_order(order, h->count));
    }
    assert_int_equal(fixture_scrub(s->f), 0);
    assert_true(events > 500);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_order_of_every_history_ends_in_the_same_registration,
                                        scene_open, scene_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
