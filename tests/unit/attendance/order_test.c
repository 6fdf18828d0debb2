/* SPDX-License-Identifier: Apache-2.0 */
/* The order of arrival is all one: random stories told in random orders, some of it twice, end the
 * same. */
#include "tests/unit/attendance/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PEOPLE = 4, STEPS = 48, STORIES = 12, ORDERS = 4, SEED = 77 };

#define EVENING "2+18:00"

static uint32_t
roll(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t) (*seed >> 33) % below;
}

/* One thing that happens: a piece of evidence, a registration, a human's match, or the event's
 * definition. */
typedef enum step_kind { OBSERVED, REGISTERED, MATCHED, DEFINED } step_kind;

typedef struct story_step {
    step_kind kind;
    uint32_t number; /* of the registration, or of the nonce */
    char words[64];
    bool by_name;
    bool telephone; /* with a display name alone */
    char registrant_id[8];
    char email[16];
} story_step;

static void
name_someone(uint64_t *seed, story_step *step)
{
    uint32_t who = 1 + roll(seed, PEOPLE);

    step->by_name = roll(seed, 3) != 0;
    step->number = who;
    step->telephone = step->by_name && roll(seed, 3) == 0;
    if (step->telephone)
        return;
    if (roll(seed, 2) == 0)
        (void) snprintf(step->registrant_id, sizeof step->registrant_id, "r%u", (unsigned) who);
    if (step->registrant_id[0] == '\0' || roll(seed, 2) == 0)
        (void) snprintf(step->email, sizeof step->email, "p%u@x.org",
                        1 + (unsigned) roll(seed, PEOPLE));
}

static void
make_piece(uint64_t *seed, story_step *step, uint32_t at)
{
    static const char *const kinds[] = { "in",          "out",          "scan",
                                         "leave",       "sheet",        "mark present",
                                         "mark absent", "mark partial", "mark excused",
                                         "end",         "void",         "span",
                                         "bind",        "bind",         "seen" };
    uint32_t kind = roll(seed, sizeof kinds / sizeof kinds[0]);
    unsigned day = 1 + roll(seed, 2);
    unsigned hours = 8 + roll(seed, 9);
    unsigned minutes = roll(seed, 60);

    step->kind = OBSERVED;
    name_someone(seed, step);
    if (strcmp(kinds[kind], "void") == 0)
        (void) snprintf(step->words, sizeof step->words, "void %u",
                        (unsigned) (at + 1 + roll(seed, STEPS - 1)) % STEPS);
    else if (strcmp(kinds[kind], "span") == 0)
        (void) snprintf(step->words, sizeof step->words, "span %u+%u:%02u:%02u-%u+20:00", day,
                        hours, minutes, (unsigned) at, day);
    else if (strcmp(kinds[kind], "bind") == 0)
        (void) snprintf(step->words, sizeof step->words, "bind %u+%u:%02u:%02u c%u b%u", day, hours,
                        minutes, (unsigned) at, 4 + (unsigned) roll(seed, 4),
                        1 + (unsigned) roll(seed, 3));
    else /* the seconds tell pieces apart: at one instant the order of receipt would count */
        (void) snprintf(step->words, sizeof step->words, "%s %u+%u:%02u:%02u c%u d%u a%u",
                        kinds[kind], day, hours, minutes, (unsigned) at,
                        1 + (unsigned) roll(seed, 7), 1 + (unsigned) roll(seed, 3),
                        1 + (unsigned) roll(seed, 3));
}

static size_t
make_story(uint64_t *seed, story_step *story)
{
    size_t count = 0;

    for (uint32_t i = 1; i <= PEOPLE; i++) {
        story[count] = (story_step){ .kind = REGISTERED, .number = i };
        if (roll(seed, 3) != 0)
            (void) snprintf(story[count].registrant_id, 8, "r%u", (unsigned) i);
        if (roll(seed, 3) != 0)
            (void) snprintf(story[count].email, 16, "p%u@x.org", (unsigned) i);
        count++;
    }
    story[count++] = (story_step){ .kind = DEFINED };
    story[count++] = (story_step){ .kind = MATCHED, .number = 3, .email = "p2@x.org" };
    story[count++] = (story_step){ .kind = MATCHED, .number = 4, .registrant_id = "r1" };
    while (count < STEPS)
        make_piece(seed, memset(&story[count], 0, sizeof story[0]), (uint32_t) count), count++;
    return count;
}

static const char *
or_none(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static void
tell(fixture *f, const story_step *step, uint32_t nonce, const char *now)
{
    scene_piece piece, *pieces[] = { &piece };

    switch (step->kind) {
    case REGISTERED:
        scene_register(f,
                       (scene_registration){ .number = step->number,
                                             .email = or_none(step->email),
                                             .source = "zoom",
                                             .external_id = or_none(step->registrant_id) },
                       now);
        return;
    case DEFINED:
        scene_define(f, 1, "1 9:00-12:00 break 10:00-10:20; 2 14:00-17:00; 3 2+9:00-2+12:00 must",
                     6000, SIJILL__V1__EVENT_STATE__EVENT_OPEN, now);
        return;
    case MATCHED: /* refused while its registration is not here: the story's end says it again */
        (void) scene_match(f, "zoom", or_none(step->registrant_id), or_none(step->email), NULL,
                           step->number, now);
        return;
    case OBSERVED:
    default:
        scene_make(&piece, nonce, step->words);
        if (step->by_name)
            scene_called(&piece, "zoom", or_none(step->registrant_id), or_none(step->email),
                         step->telephone ? "Phone" : NULL);
        else
            scene_of(&piece, step->number);
        assert_int_equal(scene_send(f, pieces, 1, now), SJ_OK);
        return;
    }
}

/* What counts of a verdict, as text. */
static void
write_verdicts(fixture *f, char *text, size_t size)
{
    size_t used = 0;

    for (uint32_t i = 1; i <= PEOPLE; i++) {
        Sijill__V1__Explanation *found = scene_explain(f, i, EVENING);
        Sijill__V1__Verdict *verdict = found->row->verdict;

        used += (size_t) snprintf(
            text + used, size - used, "%u: %d %llu/%llu %u pieces, ", (unsigned) i,
            (int) verdict->value, (unsigned long long) verdict->seconds,
            (unsigned long long) verdict->scheduled, (unsigned) verdict->evidence_count);
        for (size_t j = 0; j < verdict->n_flag; j++)
            used += (size_t) snprintf(text + used, size - used, "f%d ", (int) verdict->flag[j]);
        for (size_t j = 0; j < verdict->evidence_hash.len; j++)
            used +=
                (size_t) snprintf(text + used, size - used, "%02x", verdict->evidence_hash.data[j]);
        used += (size_t) snprintf(text + used, size - used, "\n");
    }
    (void) snprintf(text + used, size - used, "%zu unmatched", scene_unmatched(f, EVENING));
}

static void
shuffle(uint64_t *seed, size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = roll(seed, (uint32_t) i);
        size_t kept = order[i - 1];

        order[i - 1] = order[j];
        order[j] = kept;
    }
}

static void
tell_story(uint64_t *seed, const story_step *story, size_t count, bool shuffled, char *text,
           size_t size)
{
    size_t order[STEPS];
    void *state;

    assert_int_equal(scene_open(&state), 0);
    shuffle(seed, order, count);
    for (size_t i = 0; i < count; i++) {
        size_t at = shuffled ? order[i] : i;
        size_t again = order[roll(seed, (uint32_t) i + 1)];

        tell(state, &story[at], (uint32_t) at, "8:00");
        if (shuffled && roll(seed, 4) == 0)
            tell(state, &story[again], (uint32_t) again, "8:00");
        if (roll(seed, 6) == 0)
            assert_int_equal(scene_pulse(state, "8:00"), SJ_OK);
    }
    for (size_t i = 0; i < count; i++)
        if (story[i].kind == MATCHED)
            tell(state, &story[i], 0, "8:00");
    scene_settle(state, "8:00");
    assert_int_equal(fixture_scrub(state), 0); /* all that changed was told */
    scene_settle(state, EVENING);
    assert_int_equal(fixture_scrub(state), 0);
    write_verdicts(state, text, size);
    (void) fixture_close(&state);
}

static void
any_order_of_arrival_ends_the_same(void **state)
{
    uint64_t seed = SEED;

    (void) state;
    for (int i = 0; i < STORIES; i++) {
        static char first[4096], again[4096];
        story_step story[STEPS];
        size_t count = make_story(&seed, story);

        tell_story(&seed, story, count, false, first, sizeof first);
        for (int j = 0; j < ORDERS; j++) {
            tell_story(&seed, story, count, true, again, sizeof again);
            if (strcmp(first, again) != 0)
                fail_msg("seed %d, story %d, order %d:\n%s\nis not\n%s", SEED, i, j, again, first);
        }
    }
}

/* Commands that are the same twice, told twice, leave what others were told as it was. */
static void
redelivery_tells_nothing_new(void **state)
{
    uint64_t seed = SEED + 1;

    (void) state;
    for (int i = 0; i < STORIES; i++) {
        story_step story[STEPS];
        size_t count = make_story(&seed, story);
        size_t told;
        void *scene;

        assert_int_equal(scene_open(&scene), 0);
        for (size_t j = 0; j < count; j++)
            tell(scene, &story[j], (uint32_t) j, "8:00");
        scene_settle(scene, EVENING);
        told = scene_told(scene);
        for (size_t j = 0; j < count; j++)
            tell(scene, &story[j], (uint32_t) j, EVENING);
        scene_settle(scene, EVENING);
        assert_int_equal(scene_told(scene), told);
        assert_int_equal(fixture_scrub(scene), 0);
        (void) fixture_close(&scene);
    }
}

/* The same commands on two stores leave the same octets. */
static void
replay_gives_the_same_store(void **state)
{
    uint64_t seed = SEED + 2;
    uint8_t digest[2][32];
    story_step story[STEPS];
    size_t count = make_story(&seed, story);

    (void) state;
    for (int i = 0; i < 2; i++) {
        void *scene;

        assert_int_equal(scene_open(&scene), 0);
        for (size_t j = 0; j < count; j++)
            tell(scene, &story[j], (uint32_t) j, "8:00");
        scene_settle(scene, EVENING);
        fixture_digest(scene, digest[i]);
        (void) fixture_close(&scene);
    }
    assert_memory_equal(digest[0], digest[1], 32);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(any_order_of_arrival_ends_the_same),
        cmocka_unit_test(redelivery_tells_nothing_new),
        cmocka_unit_test(replay_gives_the_same_store),
    };

    return cmocka_run_group_tests_name("order", laws, NULL, NULL);
}
