/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/platform/sound.h"

#include "proto/wire/check.h"
#include "services/core/text.h"

#include <string.h>

enum { PACKED_MAX = 16 * 1024, NONCE_SIZE = 16 };

static const char *
text_words(sj_arena *scratch, const char *text)
{
    const char *clean = NULL;

    if (text == NULL)
        return NULL;
    if (sj_text_clean_in(scratch, text, SJ_TEXT_POINTS_MAX, &clean) != SJ_TEXT_OK)
        return "a service would refuse a text";
    return strcmp(clean, text) == 0 ? NULL : "a service would keep a text in another form";
}

static const char *
texts_words(sj_arena *scratch, const Sijill__V1__Push *push)
{
    const char *const texts[] = { push->title,      push->name,          push->institution,
                                  push->position,   push->external_id,   push->instance,
                                  push->connection, push->registrant_id, push->bound_to,
                                  push->platform };
    const char *words = NULL;

    for (size_t i = 0; words == NULL && i < sizeof texts / sizeof texts[0]; i++)
        words = text_words(scratch, texts[i]);
    return words;
}

static const char *
push_words(sj_arena *scratch, const Sijill__V1__Push *push)
{
    size_t size = sijill__v1__push__get_packed_size(push);
    uint8_t *packed = sj_arena_take(scratch, size);
    const char *field, *words;

    if (packed == NULL || size > PACKED_MAX)
        return "a push is too large";
    (void) sijill__v1__push__pack(push, packed);
    words = sj_message_check(&sijill__v1__push__descriptor, packed, size, &field);
    if (words != NULL)
        return words;
    if (!push->has_nonce || push->nonce.len != NONCE_SIZE)
        return "an item has no nonce";
    if (push->platform == NULL || push->platform[0] == '\0')
        return "an item has no platform";
    if (push->country != NULL && !sj_country_known(push->country))
        return "there is no such country";
    if (push->email != NULL) {
        const char *normal = sj_email_normal_in(scratch, push->email);

        if (normal == NULL || strcmp(normal, push->email) != 0)
            return "an e-mail is none";
    }
    return texts_words(scratch, push);
}

const char *
sound_items(const platform_items *items, sj_arena *scratch)
{
    if (items->count > PLATFORM_PUSHES_MAX)
        return "there are too many items";
    for (size_t i = 0; i < items->count; i++) {
        const platform_item *item = &items->item[i];
        const char *words;

        sj_arena_reset(scratch);
        words = push_words(scratch, &item->push);
        if (words != NULL)
            return words;
        if (item->words != NULL && item->fetch != NULL)
            return "an item is two things";
        if (item->words != NULL || item->fetch != NULL)
            continue;
        if (!item->push.has_kind || item->push.kind == SIJILL__V1__PUSH__KIND__NONE)
            return "a push is of no kind";
        if (!item->push.has_occurred_ms || item->push.occurred_ms == 0)
            return "a push has no time";
        if (item->push.kind == SIJILL__V1__PUSH__KIND__PRESENT &&
            (!item->push.has_ended_ms || item->push.ended_ms < item->push.occurred_ms))
            return "a presence has no end";
    }
    return NULL;
}

const char *
sound_answer(const platform_answer *answer)
{
    if (answer->outcome == NULL)
        return "an answer has no outcome";
    if (answer->keep != (strcmp(answer->outcome, "accepted") == 0))
        return "what is kept is accepted, and nothing else";
    if (answer->body != NULL && strcmp(answer->outcome, "challenge") != 0)
        return "only a challenge is answered with a body";
    if ((answer->body == NULL) != (answer->type == NULL))
        return "a body has a type";
    if (answer->status < 200 || answer->status > 499)
        return "that is no status";
    return NULL;
}
