/* SPDX-License-Identifier: Apache-2.0 */
/* Rows changed behind the core's back: colliding hashes merge nobody, and scrub finds each damage.
 */
#include "services/core/message.h"
#include "services/registration/rows.h"
#include "storage/store.h"
#include "tests/unit/registration/scene.h"

#include <sodium.h>

static sj_key
person_key(scene *s, const char *email)
{
    uint8_t hash[HASH_SIZE];

    (void) crypto_shorthash_siphashx24(hash, (const uint8_t *) email, strlen(email),
                                       sj_store_meta(s->f->store)->secret);
    return key_in_event(1, s->event, hash);
}

static void
colliding_hashes_merge_nobody(void **state)
{
    scene *s = *state;
    answer a = scene_register(s, "a@x.org");
    sj_key key = person_key(s, "b@x.org");
    answer b;
    person p;

    /* as if the hash of b@x.org were that of a@x.org too */
    scene_put(s, TABLE_PERSON, &key, (sj_bytes){ a.id, SJ_ID_SIZE });
    b = scene_register(s, "b@x.org");
    assert_int_equal(b.outcome, SIJILL__V1__OUTCOME__CREATED);
    assert_memory_not_equal(a.id, b.id, SJ_ID_SIZE);
    assert_int_equal(scene_get(s, TABLE_PERSON, &key).size, 2 * SJ_ID_SIZE);
    assert_memory_equal(scene_register(s, "b@x.org").id, b.id, SJ_ID_SIZE);
    assert_memory_equal(scene_register(s, "a@x.org").id, a.id, SJ_ID_SIZE);

    /* and who leaves the run leaves the other in it */
    person_begin(s, &p, "b@x.org");
    person_external(&p, "zoom", "1");
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_OK);
    p.person.email = text("c@x.org");
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(scene_get(s, TABLE_PERSON, &key).size, SJ_ID_SIZE);
}

/* A scene with one confirmed, one waiting, quotas by country, nothing wrong. */
static answer
furnish(scene *s, answer *waiting)
{
    answer holder;
    rules r;
    person p;

    rules_begin(&r);
    rules_capacity(&r, 1);
    rules_quota(&r, "MA", 1);
    r.message.has_waiting_list = r.message.waiting_list = true;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    person_begin(s, &p, "a@x.org");
    person_country(&p, "MA");
    person_external(&p, "zoom", "1");
    assert_int_equal(person_send(s, &p), SJ_OK);
    holder = scene_answer(s);
    *waiting = scene_register(s, "b@x.org");
    assert_int_equal(fixture_scrub(s->f), 0);
    return holder;
}

static void
put_message(scene *s, unsigned table, const sj_key *key, const ProtobufCMessage *message)
{
    uint8_t packed[4096];

    assert_true(protobuf_c_message_get_packed_size(message) <= sizeof packed);
    scene_put(s, table, key, (sj_bytes){ packed, protobuf_c_message_pack(message, packed) });
}

static void
wrong_counter_is_found(void **state)
{
    scene *s = *state;
    answer waiting;
    uint32_t *counters[6];

    (void) furnish(s, &waiting);

    sj_key key = key_event(1, s->event);
    sj_bytes stored = scene_get(s, TABLE_SEATS, &key);
    seats_row *row = sijill__v1__seats_row__unpack(NULL, stored.size, stored.at);

    row->has_confirmed = row->has_confirmed_in_person = row->has_confirmed_online = true;
    row->has_confirmed_all = row->has_pending = row->has_waitlisted = true;
    counters[0] = &row->confirmed;
    counters[1] = &row->confirmed_in_person;
    counters[2] = &row->confirmed_online;
    counters[3] = &row->confirmed_all;
    counters[4] = &row->pending;
    counters[5] = &row->waitlisted;
    for (size_t n = 0; n < 6; n++) {
        ++*counters[n];
        put_message(s, TABLE_SEATS, &key, &row->base);
        assert_true(fixture_scrub(s->f) > 0);
        --*counters[n];
    }
    put_message(s, TABLE_SEATS, &key, &row->base);
    assert_int_equal(fixture_scrub(s->f), 0);
    sijill__v1__seats_row__free_unpacked(row, NULL);
}

static void
missing_row_is_found(void **state)
{
    static const unsigned tables[] = { TABLE_EVENT,        TABLE_RULES,    TABLE_EVENT_SLUG,
                                       TABLE_SEATS,        TABLE_COUNTRY,  TABLE_PERSON,
                                       TABLE_REGISTRATION, TABLE_EXTERNAL, TABLE_LINE };

    (void) state;
    for (size_t n = 0; n < sizeof tables / sizeof tables[0]; n++) {
        void *inner;
        answer waiting;
        scene *s;
        sj_txn *txn;
        sj_scan scan;
        sj_key all = sj_key_empty();

        assert_int_equal(scene_open(&inner), 0);
        s = inner;
        (void) furnish(s, &waiting);
        sj_arena_reset(&s->f->arena);
        txn = sj_read_begin(s->f->store, &s->f->arena, s->now_ms);
        sj_scan_begin(&scan, txn, tables[n], &all, NULL);
        assert_true(sj_scan_next(&scan));
        sj_read_end(txn);
        scene_delete(s, tables[n], &scan.at);
        assert_true(fixture_scrub(s->f) > 0);
        (void) scene_close(&inner);
    }
}

static void
index_that_leads_astray_is_found(void **state)
{
    scene *s = *state;
    answer waiting, holder = furnish(s, &waiting);
    sj_key key = person_key(s, "stranger@x.org");

    scene_put(s, TABLE_PERSON, &key, (sj_bytes){ holder.id, SJ_ID_SIZE });
    assert_int_equal(fixture_scrub(s->f), 1);
    scene_delete(s, TABLE_PERSON, &key);
    scene_put(s, TABLE_EXTERNAL, &key, (sj_bytes){ holder.id, SJ_ID_SIZE });
    assert_int_equal(fixture_scrub(s->f), 1);
}

static void
stranger_in_the_line_is_found(void **state)
{
    scene *s = *state;
    answer waiting, holder = furnish(s, &waiting);
    sj_key key = key_line(1, s->event, 77);
    uint8_t value[LINE_VALUE_SIZE] = { 0 };

    memcpy(value, holder.id, SJ_ID_SIZE);
    scene_put(s, TABLE_LINE, &key, (sj_bytes){ value, sizeof value });
    assert_int_equal(fixture_scrub(s->f), 1);
}

static void
due_row_of_a_line_that_rests_is_found(void **state)
{
    scene *s = *state;
    sj_key key = key_event(1, s->event);
    uint8_t from[8] = { 0 };

    scene_put(s, TABLE_DUE, &key, (sj_bytes){ from, sizeof from });
    assert_int_equal(fixture_scrub(s->f), 1);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(colliding_hashes_merge_nobody),     LAW(wrong_counter_is_found),
        cmocka_unit_test(missing_row_is_found), LAW(index_that_leads_astray_is_found),
        LAW(stranger_in_the_line_is_found),     LAW(due_row_of_a_line_that_rests_is_found),
    };

    return cmocka_run_group_tests_name("registration: damage", tests, NULL, NULL);
}
