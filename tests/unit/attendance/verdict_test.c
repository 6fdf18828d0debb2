/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the verdict, one case a line; tests/unit/attendance/words.h has the words. */
#include "tests/unit/attendance/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MORNING "1 9:00-12:00"
#define COURSE "1 9:00-12:00; 2 2+9:00-2+12:00"
#define DAY "1 9:00-12:00; 2 14:00-17:00"

/* expected: "value seconds/scheduled bases flags"; value A attended, N not, E excused, U undecided;
 * one basis a session: m mark, s seconds, c check-in, - none; flags j join without leave, l leave
 * without join, c conflicting marks, t two devices, k clock, n not confirmed, o outside; "." none.
 */
typedef struct verdict_case {
    const char *law;
    const char *sessions;
    const char *evidence;
    const char *expected;
} verdict_case;

static const verdict_case cases[] = {
    { "nothing is not attended", MORNING, "", "N 0/10800 - ." },
    { "a span counts its seconds", MORNING, "span 9:00-12:00", "A 10800/10800 s ." },
    { "exactly the threshold is attended", MORNING, "span 9:00-11:15", "A 8100/10800 s ." },
    { "a second below the threshold is not", MORNING, "span 9:00-11:14:59", "N 8099/10800 s ." },
    { "time before and after a session is clipped", MORNING, "span 8:00-13:00",
      "A 10800/10800 s ." },
    { "a span that ends at the start is nothing", MORNING, "span 8:00-9:00", "N 0/10800 - ." },
    { "a span that begins at the end is outside", MORNING, "span 12:00-13:00", "N 0/10800 - o" },
    { "a span of no length is nothing", MORNING, "span 10:00-10:00", "N 0/10800 - ." },
    { "one second is one second", MORNING, "span 11:59:59-12:30", "N 1/10800 s ." },
    { "overlapping spans count once", MORNING, "span 9:00-10:30; span 10:00-11:00",
      "N 7200/10800 s ." },
    { "spans that touch add up", MORNING, "span 9:00-10:00; span 10:00-12:00",
      "A 10800/10800 s ." },
    { "a span inside another adds nothing", MORNING, "span 9:00-12:00; span 10:00-10:10",
      "A 10800/10800 s ." },
    { "breaks are not scheduled", "1 9:00-12:00 break 10:00-11:00", "span 9:00-12:00",
      "A 7200/7200 s ." },
    { "presence in a break is nothing", "1 9:00-12:00 break 10:00-11:00", "span 10:00-11:00",
      "N 0/7200 - ." },
    { "a span over a break loses the break", "1 9:00-12:00 break 10:00-11:00", "span 9:30-11:30",
      "N 3600/7200 s ." },
    { "two breaks", "1 9:00-12:00 break 9:30-9:45 break 11:00-11:15", "span 9:00-11:10",
      "N 6300/9000 s ." },
    { "a break at the edge of a session", "1 9:00-12:00 break 9:00-9:30", "span 9:00-10:00",
      "N 1800/9000 s ." },
    { "join and leave make an interval", MORNING, "in 9:00 c1; out 12:00 c1", "A 10800/10800 s ." },
    { "pieces pair in order of time, not of words", MORNING, "out 12:00 c1; in 9:00 c1",
      "A 10800/10800 s ." },
    { "at one instant the device's sequence orders", MORNING,
      "out 10:00 c1 q2; in 9:00 c1 q1; in 10:00 c1 q3; out 12:00 c1 q4", "A 10800/10800 s ." },
    { "pairs are per connection", MORNING, "in 9:00 c1; in 10:00 c2; out 11:00 c1; out 12:00 c2",
      "A 10800/10800 s ." },
    { "a leave of another connection closes nothing", MORNING,
      "in 11:00 c1; out 11:30 c2; out 11:10 c1", "N 600/10800 s l" },
    { "a join without a leave ends with the session", MORNING, "in 9:30 c1", "A 9000/10800 s j" },
    { "a join without a leave ends with the platform", MORNING, "in 9:00 c1; end 11:30",
      "A 9000/10800 s j" },
    { "the platform's end after the session's is clipped", MORNING, "in 9:00 c1; end 12:30",
      "A 10800/10800 s j" },
    { "a join hours before ends with the platform, too", MORNING, "in 6:30 c1; end 11:30",
      "A 9000/10800 s j" },
    { "a join that the platform ended hours before is outside", MORNING, "in 5:00 c1; end 6:00",
      "N 0/10800 - jo" },
    { "a join hours before that nothing ends is outside", MORNING, "in 6:30 c1", "N 0/10800 - o" },
    { "the platform's end before the join is not its end", MORNING, "end 9:00; in 11:00 c1",
      "N 3600/10800 s j" },
    { "the first end after the join counts", MORNING, "in 9:00 c1; end 10:00; end 11:00",
      "N 3600/10800 s j" },
    { "an end of another run closes nothing", MORNING, "in 9:00 c1 r1; end 10:00 r2",
      "A 10800/10800 s j" },
    { "each run ends by itself", MORNING,
      "in 9:00 c1 r1; end 9:30 r1; in 10:00 c2 r2; end 10:15 r1; end 11:00 r2; end 11:30 r3",
      "N 5400/10800 s j" },
    { "an end that says no run ends any", MORNING, "in 9:00 c1 r1; end 10:00", "N 3600/10800 s j" },
    { "an end of a run ends a join that says none", MORNING, "in 9:00 c1; end 10:00 r1",
      "N 3600/10800 s j" },
    { "an end closes the joins before it and no later one", MORNING,
      "in 9:00 c1; end 9:30; in 10:00 c2; end 11:00", "N 5400/10800 s j" },
    { "the end of a rehearsal leaves the webinar open", MORNING,
      "in 8:30 c1; end 8:50; in 9:00 c2; out 12:00 c2", "A 10800/10800 s jo" },
    { "a late leave after coming again does not end the second presence", MORNING,
      "in 9:00 c1; in 10:00 c2; out 10:01:30 c1; out 12:00 c2", "A 10800/10800 s ." },
    { "a leave of the first connection that comes after all is no matter", MORNING,
      "in 9:00 c1; in 9:10 c2; out 9:30 c2; out 12:00 c1", "A 10800/10800 s ." },
    { "a join told twice and a leave told twice are one presence", MORNING,
      "in 9:00 c1; in 9:00 c1; out 11:30 c1; out 11:30 c1", "A 9000/10800 s l" },
    { "a repeated join without a leave ends once", MORNING, "in 9:00 c1; in 9:30 c1; end 10:00",
      "N 3600/10800 s j" },
    { "coming back on the same connection adds up", MORNING,
      "in 9:00 c1; out 9:30 c1; in 10:00 c1; out 10:30 c1", "N 3600/10800 s ." },
    { "leaves without joins of others' connections give nothing", MORNING,
      "out 9:30 c1; in 10:00 c2; out 10:30 c2; out 11:00 c3", "N 1800/10800 s l" },
    { "a breakout room inside the main one counts once", MORNING,
      "in 9:00 c1; in 10:00 c2; out 10:30 c2; out 12:00 c1", "A 10800/10800 s ." },
    { "a role that changed is no presence", MORNING, "seen 9:00 c1", "N 0/10800 - ." },
    { "a role that changed flags nothing", MORNING, "in 9:00 c1; seen 10:00 c1 off; out 12:00 c1",
      "A 10800/10800 s ." },
    { "a bind by itself is no presence", MORNING, "bind 9:00 c2 b1", "N 0/10800 - ." },
    { "a leave goes before the platform's end", MORNING, "in 9:00 c1; end 10:00; out 12:00 c1",
      "A 10800/10800 s ." },
    { "an end of another session closes nothing", DAY, "in 9:00 c1 s1; end 10:00 s2",
      "N 10800/21600 s- j" },
    { "an end the day after closes nothing", COURSE, "in 9:00 c1; end 2+12:00",
      "N 10800/21600 s- j" },
    { "a leave without a join gives nothing", MORNING, "out 11:00 c1", "N 0/10800 - l" },
    { "a second leave gives nothing", MORNING, "in 9:00 c1; out 11:30 c1; out 11:40 c1",
      "A 9000/10800 s l" },
    { "a repeated join is one presence", MORNING, "in 9:00 c1; in 10:00 c1; out 11:30 c1",
      "A 9000/10800 s ." },
    { "reconnecting without a name pairs by the platform", MORNING,
      "in 9:00; out 10:00; in 10:30; out 12:00", "A 9000/10800 s ." },
    { "a platform's leave does not close a door's check-in", MORNING, "scan 9:00; out 9:10",
      "A 10800/10800 c l" },
    { "a door's check-in is the whole session", MORNING, "scan 11:55", "A 10800/10800 c ." },
    { "coming early is for the next session", MORNING, "scan 7:00", "A 10800/10800 c ." },
    { "two hours early is early enough", "1 9:00-12:00", "scan 6:59:59", "N 0/10800 - o" },
    { "at a session's end it is over", MORNING, "scan 12:00", "N 0/10800 - o" },
    { "at a session's start it runs", MORNING, "scan 9:00", "A 10800/10800 c ." },
    { "a check-in at noon is for the afternoon", DAY, "scan 12:00", "N 10800/21600 -c ." },
    { "check-in and check-out count seconds", MORNING, "scan 9:00; leave 10:00",
      "N 3600/10800 s ." },
    { "one door in, one door out over lunch", DAY, "scan 9:00; leave 17:00", "A 21600/21600 ss ." },
    { "a check-out on the next day closes nothing", COURSE, "scan 9:00; leave 2+12:00",
      "N 10800/21600 c- l" },
    { "one scan a day is the whole course", COURSE, "scan 8:50; scan 2+8:50",
      "A 21600/21600 cc ." },
    { "back after a check-out counts from then on", MORNING, "scan 9:00; leave 10:00; scan 11:00",
      "N 7200/10800 s j" },
    { "a named session goes before the time", DAY, "scan 9:00 s2", "N 10800/21600 -c ." },
    { "a named session keeps the span to itself", DAY, "span 9:00-17:00 s1", "N 10800/21600 s- ." },
    { "a session that is not there is outside", DAY, "span 9:00-17:00 s7; mark present 9:00 s8",
      "N 0/21600 -- o" },
    { "an imported check-in is a door's", MORNING, "sheet 9:10", "A 10800/10800 c ." },
    { "an imported check-in with a connection is a join", MORNING, "sheet 9:30 c1",
      "A 9000/10800 s j" },
    { "a midnight session is one session", "1 22:00-2+2:00", "in 23:00 c1; out 2+1:00 c1",
      "N 7200/14400 s ." },
    { "check-in after midnight", "1 22:00-2+2:00", "scan 2+0:00", "A 14400/14400 c ." },
    { "a mark of present is the whole session", MORNING, "mark present 9:05", "A 10800/10800 m ." },
    { "a mark of late is the whole session", MORNING, "mark late 9:30", "A 10800/10800 m ." },
    { "a mark of absent goes before seconds", MORNING, "span 9:00-12:00; mark absent 11:00",
      "N 0/10800 m ." },
    { "partial is the evidence's seconds", MORNING, "span 9:00-12:00; mark partial 11:00",
      "A 10800/10800 m ." },
    { "partial without evidence is half", MORNING, "mark partial 11:00", "N 5400/10800 m ." },
    { "partial with a mere check-in is half", MORNING, "scan 9:00; mark partial 11:00",
      "N 5400/10800 m ." },
    { "half of an odd second is floored", "1 9:00-9:00:03", "mark partial 9:00", "N 1/3 m ." },
    { "excused is left out", DAY, "mark excused 9:00; span 14:00-17:00", "A 10800/10800 ms ." },
    { "all excused is excused", DAY, "mark excused 9:00; mark excused 14:00", "E 0/0 mm ." },
    { "the last mark decides", MORNING, "mark absent 9:00 a1; mark present 9:10 a1",
      "A 10800/10800 m ." },
    { "the last mark by time, not by arrival", MORNING, "mark present 9:10 a1; mark absent 9:00 a1",
      "A 10800/10800 m ." },
    { "at one instant the later sequence decides", MORNING,
      "mark present 9:00 a1 q2; mark absent 9:00 a1 q1", "A 10800/10800 m ." },
    { "at one instant and sequence the last received decides", MORNING,
      "mark absent 9:00 a1; mark present 9:00 a1", "A 10800/10800 m ." },
    { "marks of different actors conflict", MORNING, "mark absent 9:00 a1; mark present 9:10 a2",
      "A 10800/10800 m c" },
    { "different actors who agree do not", MORNING, "mark present 9:00 a1; mark present 9:10 a2",
      "A 10800/10800 m ." },
    { "a slip that its actor corrected is no conflict", MORNING,
      "mark absent 9:00 a1; mark present 9:05 a1; mark present 9:10 a2", "A 10800/10800 m ." },
    { "a mark after the session is for it", MORNING, "mark present 15:00", "A 10800/10800 m ." },
    { "a mark between sessions is for the one that ended", DAY, "mark present 13:59",
      "N 10800/21600 m- ." },
    { "a mark long before is outside", MORNING, "mark present 5:00", "N 0/10800 - o" },
    { "a void takes back", MORNING, "span 9:00-12:00; void 0", "N 0/10800 - ." },
    { "a void of a mark lets the earlier one count", MORNING,
      "mark present 9:00 a1; mark absent 9:05 a1; void 1", "A 10800/10800 m ." },
    { "a void of a void gives back", MORNING, "span 9:00-12:00; void 0; void 1",
      "A 10800/10800 s ." },
    { "a void of a void of a void takes back again", MORNING,
      "span 9:00-12:00; void 0; void 1; void 2", "N 0/10800 - ." },
    { "two voids, one taken back, still take back", MORNING,
      "span 9:00-12:00; void 0; void 0; void 1", "N 0/10800 - ." },
    { "a void of a leave opens the join again", MORNING, "in 9:00 c1; out 9:10 c1; void 1",
      "A 10800/10800 s j" },
    { "a void of the platform's end", MORNING, "in 9:00 c1; end 9:10; void 1",
      "A 10800/10800 s j" },
    { "flags of what is taken back are gone", MORNING, "out 9:00 c1 off; void 0", "N 0/10800 - ." },
    { "two devices count once and are flagged", MORNING, "scan 9:00 d1; scan 9:01 d2",
      "A 10800/10800 c t" },
    { "one device twice is no matter", MORNING, "scan 9:00 d1; scan 9:01 d1", "A 10800/10800 c ." },
    { "out by one device, in by another is no matter", MORNING,
      "scan 9:00 d1; leave 10:00 d1; scan 10:00 d2; leave 12:00 d2", "A 10800/10800 s ." },
    { "two connections on two devices are flagged", MORNING,
      "in 9:00 c1 d1; in 9:30 c2 d2; out 12:00 c1; out 12:00 c2", "A 10800/10800 s t" },
    { "two connections on one device are not", MORNING,
      "in 9:00 c1 d1; in 9:30 c2 d1; out 12:00 c1; out 12:00 c2", "A 10800/10800 s ." },
    { "a device behind the longest one is seen", MORNING,
      "in 9:00 c1 d1; in 9:10 c2 d1; out 9:20 c2; in 10:00 c3 d2; out 10:10 c3; out 12:00 c1",
      "A 10800/10800 s t" },
    { "a wrong clock is flagged", MORNING, "span 9:00-12:00 off", "A 10800/10800 s k" },
    { "a mandatory session missed is not attended", "1 9:00-9:30 must; 2 14:00-17:00",
      "span 14:00-17:00", "N 10800/12600 -s ." },
    { "a mandatory session at the threshold is not missed", "1 9:00-10:00 must; 2 14:00-17:00",
      "span 9:00-9:45; span 14:00-17:00", "A 13500/14400 ss ." },
    { "an excused mandatory session is not missed", "1 9:00-10:00 must; 2 14:00-17:00",
      "mark excused 9:00; span 14:00-17:00", "A 10800/10800 ms ." },
    { "the share is of all sessions together", DAY, "span 9:00-12:00; span 14:00-15:30",
      "A 16200/21600 ss ." },
    { "parallel sessions count each", "1 9:00-12:00; 2 9:00-12:00", "span 9:00-12:00",
      "A 21600/21600 ss ." },
    { "of parallel sessions a check-in is for the later begun", "1 9:00-12:00; 2 10:00-11:00",
      "scan 10:00", "N 3600/14400 -c ." },
    { "an event without sessions is undecided", "", "span 9:00-12:00", "U 0/0  o" },
};

static void
write_flags(uint16_t bits, char *text)
{
    static const char letters[] = ".jlctkno";

    if (bits == 0)
        *text++ = '.';
    for (int flag = 1; flag < 8; flag++)
        if ((bits >> flag & 1) != 0)
            *text++ = letters[flag];
    *text = '\0';
}

static void
write_answer(const verdict_question *question, const verdict_part *parts,
             const verdict_answer *answer, char text[128])
{
    char bases[WORDS_SESSIONS + 1] = "";
    char flags[16];

    for (size_t i = 0; i < question->session_count; i++)
        bases[i] = "-msc"[parts[i].basis];
    write_flags(answer->flags, flags);
    (void) snprintf(text, 128, "%c %llu/%llu %s %s", "UANE"[answer->value],
                    (unsigned long long) answer -> seconds,
                    (unsigned long long) answer -> scheduled, bases, flags);
}

static verdict_question
ask(words_case *made, uint64_t now_ms)
{
    return (verdict_question){ .sessions = made->sessions,
                               .session_count = made->session_count,
                               .evidence = made->pieces,
                               .count = made->count,
                               .ends_ms = made->ends_ms,
                               .now_ms = now_ms,
                               .threshold = VERDICT_THRESHOLD,
                               .confirmed = true };
}

static void
holds(void **state)
{
    const verdict_case *expected = *state;
    words_case made = { .session_count = 0 };
    verdict_part parts[WORDS_SESSIONS];
    verdict_answer answer;
    verdict_question question;
    char text[128];

    words_sessions(&made, expected->sessions);
    words_evidence(&made, expected->evidence);
    question = ask(&made, words_time("3+0:00"));
    verdict_reach(&question, parts, &answer);
    write_answer(&question, parts, &answer, text);
    assert_string_equal(text, expected->expected);
}

static verdict_answer
answer_of(const char *sessions, const char *evidence, const char *now,
          void (*change)(verdict_question *question))
{
    words_case made = { .session_count = 0 };
    verdict_part parts[WORDS_SESSIONS];
    verdict_answer answer;
    verdict_question question;

    words_sessions(&made, sessions);
    words_evidence(&made, evidence);
    question = ask(&made, words_time(now));
    if (change != NULL)
        change(&question);
    verdict_reach(&question, parts, &answer);
    return answer;
}

static void
undecided_until_the_event_has_ended(void **state)
{
    (void) state;
    assert_int_equal(answer_of(MORNING, "span 9:00-12:00", "11:59:59", NULL).value,
                     SIJILL__V1__VERDICT_VALUE__UNDECIDED);
    assert_int_equal(answer_of(MORNING, "mark excused 9:00", "11:59:59", NULL).value,
                     SIJILL__V1__VERDICT_VALUE__UNDECIDED);
    assert_int_equal(answer_of(MORNING, "span 9:00-12:00", "12:00", NULL).value,
                     SIJILL__V1__VERDICT_VALUE__ATTENDED);
}

static void
seconds_are_told_before_the_event_has_ended(void **state)
{
    verdict_answer answer = answer_of(MORNING, "span 9:00-10:00", "11:00", NULL);

    (void) state;
    assert_int_equal(answer.seconds, 3600);
    assert_int_equal(answer.share, 3333);
}

static void
cancel(verdict_question *question)
{
    question->cancelled = true;
}

static void
a_cancelled_event_never_ends(void **state)
{
    (void) state;
    assert_int_equal(answer_of(MORNING, "span 9:00-12:00", "3+0:00", cancel).value,
                     SIJILL__V1__VERDICT_VALUE__UNDECIDED);
}

static void
unconfirm(verdict_question *question)
{
    question->confirmed = false;
}

static void
presence_without_a_seat_is_flagged_and_counted(void **state)
{
    verdict_answer answer = answer_of(MORNING, "span 9:00-12:00", "3+0:00", unconfirm);

    (void) state;
    assert_int_equal(answer.value, SIJILL__V1__VERDICT_VALUE__ATTENDED);
    assert_int_equal(answer.flags, verdict_flag(SIJILL__V1__FLAG__NOT_CONFIRMED));
    assert_int_equal(answer_of(MORNING, "", "3+0:00", unconfirm).flags, 0);
}

static void
ask_nothing(verdict_question *question)
{
    question->threshold = 0;
}

static void
ask_all(verdict_question *question)
{
    question->threshold = VERDICT_WHOLE;
}

static void
the_threshold_is_the_events(void **state)
{
    (void) state;
    assert_int_equal(answer_of(MORNING, "", "3+0:00", ask_nothing).value,
                     SIJILL__V1__VERDICT_VALUE__ATTENDED);
    assert_int_equal(answer_of(MORNING, "span 9:00-11:59:59", "3+0:00", ask_all).value,
                     SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED);
    assert_int_equal(answer_of(MORNING, "span 9:00-12:00", "3+0:00", ask_all).value,
                     SIJILL__V1__VERDICT_VALUE__ATTENDED);
}

static void
an_end_that_no_join_needs_is_not_stood_on(void **state)
{
    (void) state;
    assert_int_equal(
        answer_of(MORNING, "in 9:00 c1; out 12:00 c1; end 12:00", "3+0:00", NULL).standing, 2);
    assert_int_equal(answer_of(MORNING, "in 9:00 c1; end 12:00", "3+0:00", NULL).standing, 2);
}

static void
intervals_are_merged_clipped_and_less_breaks(void **state)
{
    words_case made = { .session_count = 0 };
    verdict_part parts[WORDS_SESSIONS];
    verdict_interval present[4];
    verdict_answer answer;
    verdict_question question;

    (void) state;
    words_sessions(&made, "1 9:00-12:00 break 10:00-10:30");
    words_evidence(&made, "span 8:00-9:40; span 9:30-10:15; span 11:00-13:00");
    question = ask(&made, words_time("13:00"));
    verdict_reach(&question, parts, &answer);
    assert_int_equal(verdict_present(&question, 0, &parts[0], present, 4), 2);
    assert_int_equal(present[0].starts_ms, words_time("9:00"));
    assert_int_equal(present[0].ends_ms, words_time("10:00"));
    assert_int_equal(present[1].starts_ms, words_time("11:00"));
    assert_int_equal(present[1].ends_ms, words_time("12:00"));
    assert_int_equal(verdict_present(&question, 0, &parts[0], present, 1), 2);
}

/* ---- random evidence against a model that knows nothing of intervals: one flag for each second
 * ---- */

enum { MODEL_SECONDS = 4 * 3600, RUNS = 3000, SEED = 20260302 };

static uint32_t
roll(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t) (*seed >> 33) % below;
}

typedef struct second_model {
    bool session[MODEL_SECONDS];
    bool pause[MODEL_SECONDS];
    bool present[MODEL_SECONDS];
} second_model;

static void
paint(bool *seconds, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        seconds[i] = true;
}

static void
random_session(uint64_t *seed, words_case *made, second_model *model)
{
    uint32_t starts = roll(seed, MODEL_SECONDS - 10);
    uint32_t ends = starts + 1 + roll(seed, MODEL_SECONDS - starts - 1);
    uint32_t at = starts;
    size_t breaks = 0;

    while (breaks < WORDS_BREAKS && at < ends && roll(seed, 3) != 0) {
        uint32_t from = at + roll(seed, ends - at);
        uint32_t to = from + 1 + roll(seed, ends - from);

        if (to > ends)
            break;
        made->breaks[0][2 * breaks] = WORDS_DAY_ONE + UINT64_C(1000) * from;
        made->breaks[0][2 * breaks + 1] = WORDS_DAY_ONE + UINT64_C(1000) * to;
        breaks++;
        paint(model->pause, from, to);
        at = to;
    }
    paint(model->session, starts, ends);
    made->sessions[0] = (verdict_session){ .number = 1,
                                           .starts_ms = WORDS_DAY_ONE + UINT64_C(1000) * starts,
                                           .ends_ms = WORDS_DAY_ONE + UINT64_C(1000) * ends,
                                           .breaks = made->breaks[0],
                                           .break_count = breaks };
    made->session_count = 1;
    made->ends_ms = made->sessions[0].ends_ms;
}

static void
insert(words_case *made, uint64_t occurred_ms, uint64_t ended_ms, uint64_t connection,
       Sijill__V1__EvidenceKind kind)
{
    verdict_evidence piece = { .occurred_ms = occurred_ms,
                               .ended_ms = ended_ms,
                               .connection = connection,
                               .order = made->count,
                               .kind = (uint8_t) kind,
                               .source = SIJILL__V1__EVIDENCE_SOURCE__PLATFORM };
    size_t at = made->count++;

    for (; at > 0 && verdict_before(&piece, &made->pieces[at - 1]); at--)
        made->pieces[at] = made->pieces[at - 1];
    made->pieces[at] = piece;
}

static void
random_presence(uint64_t *seed, words_case *made, second_model *model)
{
    uint32_t many = roll(seed, WORDS_PIECES / 2);

    for (uint32_t i = 0; i < many; i++) {
        uint32_t from = roll(seed, MODEL_SECONDS);
        uint32_t to = from + roll(seed, 1 + roll(seed, MODEL_SECONDS - from));
        uint64_t from_ms = WORDS_DAY_ONE + UINT64_C(1000) * from;
        uint64_t to_ms = WORDS_DAY_ONE + UINT64_C(1000) * to;

        paint(model->present, from, to);
        if (roll(seed, 2) == 0) {
            insert(made, from_ms, to_ms, 0, SIJILL__V1__EVIDENCE_KIND__SPAN);
            continue;
        }
        insert(made, from_ms, 0, i + 1, SIJILL__V1__EVIDENCE_KIND__CHECK_IN);
        insert(made, to_ms, 0, i + 1, SIJILL__V1__EVIDENCE_KIND__CHECK_OUT);
    }
}

static void
the_union_is_what_counting_each_second_says(void **state)
{
    uint64_t seed = SEED;

    (void) state;
    for (int run = 0; run < RUNS; run++) {
        static second_model model;
        words_case made = { .session_count = 0 };
        uint64_t seconds = 0, scheduled = 0;
        verdict_part parts[WORDS_SESSIONS];
        verdict_answer answer;
        verdict_question question;

        memset(&model, 0, sizeof model);
        random_session(&seed, &made, &model);
        random_presence(&seed, &made, &model);
        for (int i = 0; i < MODEL_SECONDS; i++) {
            scheduled += model.session[i] && !model.pause[i];
            seconds += model.session[i] && !model.pause[i] && model.present[i];
        }
        question = ask(&made, made.ends_ms);
        verdict_reach(&question, parts, &answer);
        if (answer.seconds != seconds || answer.scheduled != scheduled)
            fail_msg("seed %d, run %d: %llu/%llu, the model has %llu/%llu", SEED, run,
                     (unsigned long long) answer.seconds, (unsigned long long) answer.scheduled,
                     (unsigned long long) seconds, (unsigned long long) scheduled);
        assert_int_equal(answer.share, scheduled == 0 ? 0 : 10000 * seconds / scheduled);
    }
}

static void
seconds_are_never_more_than_scheduled(void **state)
{
    uint64_t seed = SEED + 1;

    (void) state;
    for (int run = 0; run < RUNS; run++) {
        static second_model model;
        words_case made = { .session_count = 0 };
        verdict_part parts[WORDS_SESSIONS];
        verdict_answer answer;
        verdict_question question;

        random_session(&seed, &made, &model);
        for (uint32_t i = 0; i < WORDS_PIECES; i++)
            insert(&made, WORDS_DAY_ONE + roll(&seed, MODEL_SECONDS * 1000U), 0, roll(&seed, 4),
                   (Sijill__V1__EvidenceKind) (1 + roll(&seed, 2)));
        for (uint32_t i = 0; i < WORDS_PIECES; i++) {
            made.pieces[i].source = (uint8_t) (1 + roll(&seed, 5));
            made.pieces[i].device = roll(&seed, 3);
        }
        question = ask(&made, made.ends_ms);
        verdict_reach(&question, parts, &answer);
        assert_true(answer.seconds <= answer.scheduled);
        assert_true(answer.share <= VERDICT_WHOLE);
    }
}

int
main(void)
{
    enum { CASES = sizeof cases / sizeof cases[0] };
    static struct CMUnitTest table[CASES];
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(undecided_until_the_event_has_ended),
        cmocka_unit_test(seconds_are_told_before_the_event_has_ended),
        cmocka_unit_test(a_cancelled_event_never_ends),
        cmocka_unit_test(presence_without_a_seat_is_flagged_and_counted),
        cmocka_unit_test(the_threshold_is_the_events),
        cmocka_unit_test(an_end_that_no_join_needs_is_not_stood_on),
        cmocka_unit_test(intervals_are_merged_clipped_and_less_breaks),
        cmocka_unit_test(the_union_is_what_counting_each_second_says),
        cmocka_unit_test(seconds_are_never_more_than_scheduled),
    };
    int failed;

    for (size_t i = 0; i < CASES; i++)
        table[i] = (struct CMUnitTest){ .name = cases[i].law,
                                        .test_func = holds,
                                        .initial_state = (void *) (uintptr_t) &cases[i] };
    failed = cmocka_run_group_tests_name("cases", table, NULL, NULL);
    return failed + cmocka_run_group_tests_name("laws", laws, NULL, NULL);
}
