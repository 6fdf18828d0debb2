/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/attendance/words.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 64 };

/* The next word; false: the end of this clause.  *text stands behind it. */
static bool
next_word(const char **text, char word[WORD_MAX])
{
    int used = 0;

    *text += strspn(*text, " ");
    if (**text == '\0' || **text == ';' || sscanf(*text, "%63[^ ;]%n", word, &used) != 1)
        return false;
    *text += used;
    return true;
}

static bool
next_clause(const char **text)
{
    *text += strspn(*text, " ;");
    return **text != '\0';
}

uint64_t
words_time(const char *text)
{
    unsigned day = 1, hours = 0, minutes = 0, seconds = 0;
    const char *plus = strchr(text, '+');

    if (plus != NULL) {
        int read = sscanf(text, "%u", &day);

        assert(read == 1);
        text = plus + 1;
    }

    int read = sscanf(text, "%u:%u:%u", &hours, &minutes, &seconds);

    assert(read >= 2);
    return WORDS_DAY_ONE +
           1000 * ((((uint64_t) day - 1) * 24 + hours) * 3600 + minutes * 60 + seconds);
}

static void
read_span(const char *word, uint64_t *starts_ms, uint64_t *ends_ms)
{
    char first[WORD_MAX];
    const char *dash = strchr(word, '-');

    assert(dash != NULL);
    memcpy(first, word, (size_t) (dash - word));
    first[dash - word] = '\0';
    *starts_ms = words_time(first);
    *ends_ms = words_time(dash + 1);
}

void
words_sessions(words_case *made, const char *text)
{
    char word[WORD_MAX];

    while (next_clause(&text)) {
        verdict_session *session = &made->sessions[made->session_count];
        uint64_t *breaks = made->breaks[made->session_count++];

        *session = (verdict_session){ .breaks = breaks };
        if (next_word(&text, word))
            session->number = (uint32_t) strtoul(word, NULL, 10);
        if (next_word(&text, word))
            read_span(word, &session->starts_ms, &session->ends_ms);
        while (next_word(&text, word)) {
            if (strcmp(word, "must") == 0)
                session->mandatory = true;
            else if (strcmp(word, "break") != 0)
                read_span(word, &breaks[2 * session->break_count],
                          &breaks[2 * session->break_count + 1]),
                    session->break_count++;
        }
        if (session->ends_ms > made->ends_ms)
            made->ends_ms = session->ends_ms;
    }
}

static const struct {
    const char *word;
    Sijill__V1__EvidenceKind kind;
    Sijill__V1__EvidenceSource source;
} kinds[] = {
    { "in", SIJILL__V1__EVIDENCE_KIND__CHECK_IN, SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
    { "out", SIJILL__V1__EVIDENCE_KIND__CHECK_OUT, SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
    { "scan", SIJILL__V1__EVIDENCE_KIND__CHECK_IN, SIJILL__V1__EVIDENCE_SOURCE__SCANNER },
    { "leave", SIJILL__V1__EVIDENCE_KIND__CHECK_OUT, SIJILL__V1__EVIDENCE_SOURCE__SCANNER },
    { "sheet", SIJILL__V1__EVIDENCE_KIND__CHECK_IN, SIJILL__V1__EVIDENCE_SOURCE__IMPORT },
    { "span", SIJILL__V1__EVIDENCE_KIND__SPAN, SIJILL__V1__EVIDENCE_SOURCE__IMPORT },
    { "mark", SIJILL__V1__EVIDENCE_KIND__MARK, SIJILL__V1__EVIDENCE_SOURCE__TRAINER_MARK },
    { "end", SIJILL__V1__EVIDENCE_KIND__PLATFORM_END, SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
    { "bind", SIJILL__V1__EVIDENCE_KIND__BIND, SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
    { "seen", SIJILL__V1__EVIDENCE_KIND__SEEN, SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
    { "void", SIJILL__V1__EVIDENCE_KIND__VOID, SIJILL__V1__EVIDENCE_SOURCE__TRAINER_MARK },
};

static const char *const marks[] = { "none", "present", "late", "partial", "absent", "excused" };

static void
read_kind(const char *word, verdict_evidence *piece)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(word, kinds[i].word) != 0)
            continue;
        piece->kind = (uint8_t) kinds[i].kind;
        piece->source = (uint8_t) kinds[i].source;
        return;
    }
    (void) fprintf(stderr, "%s is no kind of evidence\n", word);
    abort();
}

static void
read_option(const char *word, verdict_evidence *piece)
{
    uint32_t number = (uint32_t) strtoul(word + 1, NULL, 10);

    for (uint8_t i = 1; i < sizeof marks / sizeof marks[0]; i++)
        if (strcmp(word, marks[i]) == 0) {
            piece->mark = i;
            return;
        }
    if (strcmp(word, "off") == 0)
        piece->flags |= verdict_flag(SIJILL__V1__FLAG__CLOCK_OFF);
    else if (strchr(word, '-') != NULL)
        read_span(word, &piece->occurred_ms, &piece->ended_ms);
    else if (strchr(word, ':') != NULL)
        piece->occurred_ms = words_time(word);
    else if (word[0] == 'c')
        piece->connection = number;
    else if (word[0] == 'r')
        piece->run = number;
    else if (word[0] == 'd')
        piece->device = number;
    else if (word[0] == 'a')
        memset(piece->actor, (int) number, sizeof piece->actor);
    else if (word[0] == 's')
        piece->session = number;
    else if (word[0] == 'q')
        piece->device_seq = number;
    else if (piece->kind == SIJILL__V1__EVIDENCE_KIND__VOID)
        piece->voids = (uint32_t) strtoul(word, NULL, 10);
    else {
        (void) fprintf(stderr, "%s says nothing of evidence\n", word);
        abort();
    }
}

/* VOIDs go behind all others, and name the place where their piece has come to stand. */
static void
put_in_order(words_case *made, const verdict_evidence *said, size_t count)
{
    uint32_t place[WORDS_PIECES] = { 0 };

    for (size_t i = 0; i < count; i++) {
        size_t at = made->count;

        if (said[i].kind == SIJILL__V1__EVIDENCE_KIND__VOID)
            continue;
        while (at > 0 && verdict_before(&said[i], &made->pieces[at - 1])) {
            made->pieces[at] = made->pieces[at - 1];
            at--;
        }
        made->pieces[at] = said[i];
        made->count++;
    }
    for (size_t i = 0; i < count; i++)
        if (said[i].kind == SIJILL__V1__EVIDENCE_KIND__VOID)
            made->pieces[made->count++] = said[i];
    for (size_t i = 0; i < made->count; i++)
        place[made->pieces[i].order] = (uint32_t) i;
    for (size_t i = 0; i < made->count; i++)
        if (made->pieces[i].kind == SIJILL__V1__EVIDENCE_KIND__VOID)
            made->pieces[i].voids = place[made->pieces[i].voids];
}

void
words_evidence(words_case *made, const char *text)
{
    verdict_evidence said[WORDS_PIECES];
    char word[WORD_MAX];
    size_t count = 0;

    while (next_clause(&text)) {
        verdict_evidence *piece = &said[count];

        assert(count < WORDS_PIECES);
        memset(piece, 0, sizeof *piece);
        piece->order = count++;
        piece->id[0] = (uint8_t) count;
        if (next_word(&text, word))
            read_kind(word, piece);
        while (next_word(&text, word)) {
            if (word[0] == 'b')
                made->bound_to[piece->order] = (uint32_t) strtoul(word + 1, NULL, 10);
            else
                read_option(word, piece);
        }
    }
    put_in_order(made, said, count);
}
