/* SPDX-License-Identifier: Apache-2.0 */
/* The rules by which octets from a stranger are a message, one case each. */
#include "proto/wire/check.h"

#include "proto/wire/limits.h"
#include "sijill/v1/registration.pb-c.h"
#include "sijill/v1/store.pb-c.h"
#include "sijill/v1/wire.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HELLO &sijill__v1__hello__descriptor
#define SUBSCRIBE &sijill__v1__subscribe__descriptor
#define REGISTER &sijill__v1__register__descriptor
#define RULES &sijill__v1__event_rules__descriptor
#define LEDGER &sijill__v1__ledger_row__descriptor

typedef struct rule {
    const ProtobufCMessageDescriptor *type;
    const char *octets; /* a C string with its size beside it: it may hold NUL */
    size_t size;
    const char *words; /* part of the refusal; NULL: good */
    const char *field;
} rule;

#define OCTETS(text) text, sizeof(text) - 1

/* Hello: min_major 1, max_major 2 (uint32), instance 3 (16 octets), agent 4 (128), features 5
 * (fixed64). */
static const rule wire_rules[] = {
    { HELLO, OCTETS(""), NULL, "" },
    { HELLO, OCTETS("\x08\x01\x10\x01"), NULL, "" },
    { HELLO, OCTETS("\x10\x01\x08\x01"), NULL, "" }, /* in any order */
    { HELLO, OCTETS("\x00\x01"), "not a protobuf", "" },
    { HELLO, OCTETS("\xff\xff\xff\xff\x7f\x01"), "not a protobuf", "" }, /* tag of 35 bits */
    { HELLO, OCTETS("\x88"), "not a protobuf", "" },
    { HELLO, OCTETS("\x88\x00\x01"), "not a protobuf", "" }, /* a tag not in its shortest form */
    { HELLO, OCTETS("\x30\x01"), "unknown", "" },
    { HELLO, OCTETS("\xf8\xff\xff\xff\x0f\x01"), "unknown", "" },
    { HELLO, OCTETS("\x0b\x0c"), "another wire type", "min_major" }, /* a group */
    { HELLO, OCTETS("\x0d\x01\x01\x01\x01"), "another wire type", "min_major" },
    { HELLO, OCTETS("\x0e\x01"), "another wire type", "min_major" },
    { HELLO, OCTETS("\x20\x01"), "another wire type", "agent" },
    { HELLO, OCTETS("\x2a\x00"), "another wire type", "features" },
    { HELLO, OCTETS("\x08\x01\x08\x01"), "comes twice", "min_major" },
    { HELLO, OCTETS("\x22\x01\x61\x22\x01\x61"), "comes twice", "agent" },
};

static const rule number_rules[] = {
    { HELLO, OCTETS("\x08"), "cut short", "min_major" },
    { HELLO, OCTETS("\x08\x81"), "cut short", "min_major" },
    { HELLO, OCTETS("\x08\x81\x00"), "shortest form", "min_major" },
    { HELLO, OCTETS("\x08\x80\x00"), "shortest form", "min_major" },
    { HELLO, OCTETS("\x08\x00"), NULL, "min_major" },
    { HELLO, OCTETS("\x08\xff\xff\xff\xff\x0f"), NULL, "min_major" },
    { HELLO, OCTETS("\x08\x80\x80\x80\x80\x10"), "too large", "min_major" },
    { HELLO, OCTETS("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), "shortest form", "min_major" },
    { HELLO, OCTETS("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "shortest", "min_major" },
    { HELLO, OCTETS("\x29\x01\x02\x03\x04\x05\x06\x07\x08"), NULL, "features" },
    { HELLO, OCTETS("\x29\x01\x02\x03\x04\x05\x06\x07"), "cut short", "features" },
    { RULES, OCTETS("\x48\x90\x4e"), NULL, "threshold" },        /* 10000 */
    { RULES, OCTETS("\x48\x91\x4e"), "too large", "threshold" }, /* 10001 */
    { RULES, OCTETS("\x28\x01"), NULL, "needs_approval" },
    { RULES, OCTETS("\x28\x02"), "truth value", "needs_approval" },
    { RULES, OCTETS("\x50\x01"), NULL, "release" },
    { RULES, OCTETS("\x50\x02"), "none of this enumeration", "release" },
    { RULES, OCTETS("\x50\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "none of this", "release" },
    { RULES, OCTETS("\x50\x80\x80\x80\x80\x10"), "none of this", "release" }, /* 2^32 is not 0 */
    { RULES, OCTETS("\x38\xff\xb7\xff\x90\xfd\xce\x39"), NULL,
      "opens_ms" }, /* the end of the year 9999 */
    { RULES, OCTETS("\x38\x80\xb8\xff\x90\xfd\xce\x39"), "too large", "opens_ms" },
};

static const rule block_rules[] = {
    { HELLO, OCTETS("\x22"), "cut short", "agent" },
    { HELLO, OCTETS("\x22\x02\x61"), "cut short", "agent" },
    { HELLO, OCTETS("\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x61"), "cut short", "agent" },
    { HELLO, OCTETS("\x22\x81\x00\x61"), "cut short", "agent" },
    { HELLO, OCTETS("\x22\x00"), NULL, "agent" },
    { HELLO, OCTETS("\x22\x03\x61\x00\x62"), "UTF-8, or holds NUL", "agent" },
    { HELLO, OCTETS("\x22\x01\xff"), "UTF-8", "agent" },
    { HELLO, OCTETS("\x22\x02\xc0\x80"), "UTF-8", "agent" },         /* NUL in two octets */
    { HELLO, OCTETS("\x22\x02\xc3\x28"), "UTF-8", "agent" },         /* no continuation */
    { HELLO, OCTETS("\x22\x01\xc3"), "UTF-8", "agent" },             /* cut */
    { HELLO, OCTETS("\x22\x03\xe0\x9f\xbf"), "UTF-8", "agent" },     /* overlong */
    { HELLO, OCTETS("\x22\x03\xed\xa0\x80"), "UTF-8", "agent" },     /* surrogate */
    { HELLO, OCTETS("\x22\x04\xf0\x8f\xbf\xbf"), "UTF-8", "agent" }, /* overlong */
    { HELLO, OCTETS("\x22\x04\xf4\x90\x80\x80"), "UTF-8", "agent" }, /* beyond U+10FFFF */
    { HELLO, OCTETS("\x22\x04\xf4\x8f\xbf\xbf"), NULL, "agent" },
    { HELLO, OCTETS("\x22\x03\x61\x0a\x62"), "control", "agent" },
    { HELLO, OCTETS("\x22\x01\x7f"), "control", "agent" },
    { HELLO, OCTETS("\x22\x02\xc2\x85"), "control", "agent" },         /* C1 */
    { HELLO, OCTETS("\x22\x02\xc2\xa0"), NULL, "agent" },              /* no-break space */
    { HELLO, OCTETS("\x22\x03\xe2\x80\xa8"), "control", "agent" },     /* line separator */
    { HELLO, OCTETS("\x22\x03\xe2\x80\xae"), "control", "agent" },     /* RLO */
    { HELLO, OCTETS("\x22\x03\xe2\x81\xa6"), "control", "agent" },     /* LRI */
    { HELLO, OCTETS("\x22\x03\xe2\x80\x8e"), NULL, "agent" },          /* LRM: dropped later */
    { HELLO, OCTETS("\x22\x03\xe2\x80\x8d"), NULL, "agent" },          /* ZWJ */
    { HELLO, OCTETS("\x22\x04\xf3\xa0\x81\xa1"), "control", "agent" }, /* tag letter */
    { HELLO,
      OCTETS("\x1a\x0f"
             "0123456789abcde"),
      "wrong length", "instance" },
    { HELLO,
      OCTETS("\x1a\x10"
             "0123456789abcdef"),
      NULL, "instance" },
    { HELLO,
      OCTETS("\x1a\x11"
             "0123456789abcdefg"),
      "wrong length", "instance" },
};

static const rule message_rules[] = {
    { SUBSCRIBE, OCTETS("\x18\x01\x18\x02\x18\x01"), NULL, "types" },
    { SUBSCRIBE, OCTETS("\x1a\x02\x01\x02"), "another wire type", "types" }, /* packed */
    { SUBSCRIBE, OCTETS("\x12\x02\x08\x01"), NULL, "shard" },
    { SUBSCRIBE, OCTETS("\x12\x02\x20\x01"), "unknown", "" },
    { SUBSCRIBE, OCTETS("\x12\x03\x08\x01"), "cut short", "after" },
    { SUBSCRIBE, OCTETS("\x12\x01\x08\x01"), "cut short", "shard" },
    { SUBSCRIBE, OCTETS("\x12\x00\x12\x00"), "comes twice", "after" },
    { REGISTER, OCTETS("\x12\x06\x0a\x04\xd8\xb9\xd9\x84"), NULL, "name" },
    { REGISTER, OCTETS("\x12\x05\x0a\x03\xd8\xb9\xd9"), "UTF-8", "name" },
    { LEDGER, OCTETS(""), "no peer may send", "" },
};

static void
hold(const rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const rule *r = &rules[i];
        const char *field = NULL;
        const char *words = sj_message_check(r->type, r->octets, r->size, &field);

        if ((words == NULL) != (r->words == NULL) ||
            (words != NULL && strstr(words, r->words) == NULL))
            fail_msg("case %zu: \"%s\" (%s), expected \"%s\"", i + 1,
                     words == NULL ? "good" : words, field, r->words == NULL ? "good" : r->words);
        if (words != NULL && strcmp(field, r->field) != 0)
            fail_msg("case %zu: the field is \"%s\", expected \"%s\"", i + 1, field, r->field);
    }
}

static void
tags_wire_types_and_repetition_are_exact(void **state)
{
    (void) state;
    hold(wire_rules, sizeof wire_rules / sizeof wire_rules[0]);
}

static void
numbers_are_in_their_shortest_form_and_range(void **state)
{
    (void) state;
    hold(number_rules, sizeof number_rules / sizeof number_rules[0]);
}

static void
text_is_harmless_utf8_and_octets_have_their_length(void **state)
{
    (void) state;
    hold(block_rules, sizeof block_rules / sizeof block_rules[0]);
}

static void
messages_in_messages_follow_the_same_rules(void **state)
{
    (void) state;
    hold(message_rules, sizeof message_rules / sizeof message_rules[0]);
}

/* A Hello whose agent has `size` letters. */
static const char *
check_agent(size_t size, const char **field)
{
    unsigned char octets[3 + 256];
    size_t used = 0;

    octets[used++] = 0x22;
    if (size >= 0x80)
        octets[used++] = (unsigned char) (0x80 | (size & 0x7f));
    octets[used++] = (unsigned char) (size >= 0x80 ? size >> 7 : size);
    memset(octets + used, 'a', size);
    return sj_message_check(HELLO, octets, used + size, field);
}

static void
text_may_be_as_long_as_its_limit_and_no_longer(void **state)
{
    const char *field;

    (void) state;
    assert_null(check_agent(128, &field));
    assert_non_null(strstr(check_agent(129, &field), "too long"));
    assert_string_equal(field, "agent");
}

static void
a_repeated_field_may_come_as_often_as_its_count_and_no_more(void **state)
{
    unsigned char octets[2 * (SJ_FEED_TYPES_MAX + 1)];
    const char *field;

    (void) state;
    for (size_t i = 0; i < sizeof octets; i += 2) {
        octets[i] = 0x18;
        octets[i + 1] = 7;
    }
    assert_null(sj_message_check(SUBSCRIBE, octets, sizeof octets - 2, &field));
    assert_non_null(sj_message_check(SUBSCRIBE, octets, sizeof octets, &field));
    assert_string_equal(field, "types");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_wire_types_and_repetition_are_exact),
        cmocka_unit_test(numbers_are_in_their_shortest_form_and_range),
        cmocka_unit_test(text_is_harmless_utf8_and_octets_have_their_length),
        cmocka_unit_test(messages_in_messages_follow_the_same_rules),
        cmocka_unit_test(text_may_be_as_long_as_its_limit_and_no_longer),
        cmocka_unit_test(a_repeated_field_may_come_as_often_as_its_count_and_no_more),
    };

    return cmocka_run_group_tests_name("wire check", tests, NULL, NULL);
}
