/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the certificate service and the signer say to each other: frames read and made by hand, and
 * the answers' commands run on the store.
 */
#include "services/certificate/sign_exchange.h"

#include "proto/credential/multikey.h"
#include "proto/credential/proof.h"
#include "sijill/v1/signer.pb-c.h"
#include "storage/store.h"
#include "tests/unit/certificate/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAME_ROOM = 2 * 1024 * 1024, ARENA = 1024 * 1024, PEOPLE = 3 };

#define STATUS(name) SIJILL__V1__SIGN_STATUS__SIGN_##name

/* Both ends; the signer's answers are what a test says they are. */
typedef struct talk {
    fixture *f;
    sign_exchange exchange;
    uint64_t now_ms;
    sj_arena arena;
    unsigned char *frame;
    Sijill__V1__SignBatch *asked; /* the last request; NULL: there was nothing to ask */
    char words[256];              /* of the last call; "" */
    uint32_t followed;            /* type of the command that followed the last answer; 0: none */
    sj_status status;             /* ... and what became of it */
} talk;

static void
note_words(talk *t)
{
    const char *words = sign_exchange_words(&t->exchange);

    (void) snprintf(t->words, sizeof t->words, "%s", words == NULL ? "" : words);
}

static void
forget_request(talk *t)
{
    if (t->asked != NULL)
        sijill__v1__sign_batch__free_unpacked(t->asked, NULL);
    t->asked = NULL;
}

/* What the link does when it is free; items of the request, -1: none was made. */
static int
ask(talk *t)
{
    size_t size;
    sj_txn *txn;

    forget_request(t);
    sj_arena_reset(&t->f->arena);
    txn = sj_read_begin(t->f->store, &t->f->arena, 0);
    size = sign_exchange_ask(&t->exchange, txn, t->now_ms, t->frame, FRAME_ROOM);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_read_end(txn);
    note_words(t);
    if (size == 0)
        return -1;
    t->asked = sijill__v1__sign_batch__unpack(NULL, size, t->frame);
    assert_non_null(t->asked);
    return (int) t->asked->n_item;
}

static void
run_command(talk *t, const sj_command *cmd)
{
    const ProtobufCMessageDescriptor *type = cmd->type == 304
                                                 ? &sijill__v1__adopt_keys__descriptor
                                                 : &sijill__v1__attach_signatures__descriptor;
    ProtobufCMessage *body = protobuf_c_message_unpack(type, NULL, cmd->body.size, cmd->body.at);

    assert_non_null(body);
    assert_int_equal(cmd->org, 1);
    t->followed = cmd->type;
    t->status = fixture_run(t->f, cmd->type, body, WORLD_LATER_MS);
    protobuf_c_message_free_unpacked(body, NULL);
}

/* What the link does with a reply to the request `id`. */
static void
answer(talk *t, const uint8_t id[8], Sijill__V1__SignBatchReply *reply)
{
    size_t size;
    sj_command cmd = { .type = 0 };

    reply->has_request_id = reply->has_status = true;
    reply->request_id = (ProtobufCBinaryData){ 8, (uint8_t *) (uintptr_t) id };
    size = sijill__v1__sign_batch_reply__pack(reply, t->frame);
    sj_arena_reset(&t->arena);
    t->followed = 0;
    if (sign_exchange_answer(&t->exchange, (sj_bytes){ t->frame, size }, &t->arena, &cmd))
        run_command(t, &cmd);
    note_words(t);
}

static void
tell_keys_of(talk *t, const uint8_t id[8], const char *issuer, uint8_t generation)
{
    Sijill__V1__SignBatchReply reply = SIJILL__V1__SIGN_BATCH_REPLY__INIT;
    Sijill__V1__SignerKey keys[2] = { SIJILL__V1__SIGNER_KEY__INIT, SIJILL__V1__SIGNER_KEY__INIT };
    Sijill__V1__SignerKey *list[] = { &keys[0], &keys[1] };
    uint8_t public_keys[2][32], secret[64];

    for (uint32_t i = 0; i < 2; i++) {
        world_key(i + 1, generation, public_keys[i], secret);
        keys[i].has_purpose = keys[i].has_public_key = true;
        keys[i].purpose = (Sijill__V1__SignPurpose) (i + 1);
        keys[i].public_key = (ProtobufCBinaryData){ 32, public_keys[i] };
    }
    reply.issuer = (char *) (uintptr_t) issuer;
    reply.n_key = 2;
    reply.key = list;
    answer(t, id, &reply);
}

static void
tell_keys(talk *t, const char *issuer, uint8_t generation)
{
    uint8_t id[8];

    assert_int_equal(ask(t), 0);
    memcpy(id, t->asked->request_id.data, sizeof id);
    tell_keys_of(t, id, issuer, generation);
}

/* The same result for each item of the last request but for the first, which gets `first`. */
static void
sign(talk *t, Sijill__V1__SignStatus first, const char *words, size_t signature_size)
{
    Sijill__V1__SignBatchReply reply = SIJILL__V1__SIGN_BATCH_REPLY__INIT;
    Sijill__V1__SignResult *rows = calloc(t->asked->n_item, sizeof *rows);
    Sijill__V1__SignResult **list = calloc(t->asked->n_item, sizeof(Sijill__V1__SignResult *));
    uint8_t signature[64] = { 1 }, id[8];

    for (size_t i = 0; i < t->asked->n_item; i++) {
        sijill__v1__sign_result__init(&rows[i]);
        rows[i].has_id = rows[i].has_status = true;
        rows[i].id = t->asked->item[i]->id;
        rows[i].status = i == 0 ? first : STATUS(OK);
        rows[i].has_signature = rows[i].status == STATUS(OK);
        rows[i].signature = (ProtobufCBinaryData){ i == 0 ? signature_size : 64, signature };
        rows[i].words = i == 0 ? (char *) (uintptr_t) words : NULL;
        list[i] = &rows[i];
    }
    reply.n_result = t->asked->n_item;
    reply.result = list;
    memcpy(id, t->asked->request_id.data, sizeof id);
    answer(t, id, &reply);
    free(list);
    free(rows);
}

static void
refuse_batch(talk *t, Sijill__V1__SignStatus status)
{
    Sijill__V1__SignBatchReply reply = SIJILL__V1__SIGN_BATCH_REPLY__INIT;
    uint8_t id[8];

    reply.status = status;
    reply.words = (char *) (uintptr_t) "not that key";
    memcpy(id, t->asked->request_id.data, sizeof id);
    answer(t, id, &reply);
}

/* A talk over a store with keys and people who were issued certificates. */
static void
open_with(talk *t, fixture *f, uint32_t people)
{
    *t = (talk){ .f = f, .exchange = { .org = 1 }, .now_ms = 1000 };
    t->frame = malloc(FRAME_ROOM);
    assert_non_null(t->frame);
    assert_true(sj_arena_open(&t->arena, ARENA));
    world_fill(f, people, true);
}

static void
close_talk(talk *t)
{
    forget_request(t);
    sj_arena_close(&t->arena);
    free(t->frame);
}

static size_t
waiting_count(talk *t)
{
    waiting *out = malloc(TO_SIGN_ITEMS_MAX * 2 * sizeof *out);
    size_t count;

    assert_non_null(out);
    count = wait_list(t->f, out, TO_SIGN_ITEMS_MAX * 2);
    free(out);
    return count;
}

/* Requests made in a minute in which the loop comes by each 50 ms, each refused as a whole. */
static int
requests_in_a_minute(talk *t, Sijill__V1__SignStatus status)
{
    int count = 0;

    for (int i = 0; i < 1200; i++, t->now_ms += 50)
        while (ask(t) >= 0) {
            uint8_t id[8];

            memcpy(id, t->asked->request_id.data, sizeof id);
            if (t->asked->n_item == 0)
                tell_keys_of(t, id, WORLD_DID, 0);
            else
                refuse_batch(t, status);
            count++;
            assert_true(count < 1000);
        }
    return count;
}

static void
keys_come_before_any_signature(void **state)
{
    talk t;

    open_with(&t, *state, PEOPLE);
    assert_int_equal(ask(&t), 0);
    assert_int_equal(ask(&t), -1); /* until they are told */
    sign_exchange_lost(&t.exchange);
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(t.followed, 304);
    assert_int_equal(t.status, SJ_OK);
    assert_int_equal(ask(&t), PEOPLE);
    sign(&t, STATUS(OK), NULL, 64);
    assert_int_equal(t.followed, 303);
    assert_int_equal(t.status, SJ_OK);
    assert_string_equal(t.words, "");
    assert_int_equal(waiting_count(&t), 0);
    close_talk(&t);
}

static void
a_signer_of_another_issuer_signs_nothing_and_is_asked_again(void **state)
{
    talk t;

    open_with(&t, *state, PEOPLE);
    for (int i = 0; i < 3; i++) {
        tell_keys(&t, "did:web:other.example", 0);
        assert_int_equal(t.followed, 304);
        assert_int_equal(t.status, SJ_CONFLICT);
        assert_int_equal(ask(&t), -1);
        assert_string_equal(t.words, "the keys of a signer for did:web:other.example were not "
                                     "adopted, nothing is signed: start the signer that belongs "
                                     "to this store");
        t.now_ms += SIGN_KEYS_AGAIN_MS;
    }
    tell_keys(&t, WORLD_DID, 0); /* the right one was started */
    assert_int_equal(ask(&t), PEOPLE);
    close_talk(&t);
}

static void
keys_that_two_purposes_share_are_not_signed_with(void **state)
{
    uint8_t certificate_key[32], secret[64], id[8];
    Sijill__V1__SignBatchReply reply = SIJILL__V1__SIGN_BATCH_REPLY__INIT;
    Sijill__V1__SignerKey key = SIJILL__V1__SIGNER_KEY__INIT;
    Sijill__V1__SignerKey *list[] = { &key };
    talk t;

    open_with(&t, *state, PEOPLE);
    assert_int_equal(ask(&t), 0);
    world_key(1, 0, certificate_key, secret);
    key.has_purpose = key.has_public_key = true;
    key.purpose = SIJILL__V1__SIGN_PURPOSE__PURPOSE_STATUS_LIST;
    key.public_key = (ProtobufCBinaryData){ 32, certificate_key };
    reply.issuer = (char *) (uintptr_t) WORLD_DID;
    reply.n_key = 1;
    reply.key = list;
    memcpy(id, t.asked->request_id.data, sizeof id);
    answer(&t, id, &reply);
    assert_int_equal(t.status, SJ_INVALID);
    assert_int_equal(ask(&t), -1);
    close_talk(&t);
}

static void
a_signer_that_tells_no_keys_is_asked_again_later(void **state)
{
    Sijill__V1__SignBatchReply none = SIJILL__V1__SIGN_BATCH_REPLY__INIT;
    uint8_t id[8];
    talk t;

    open_with(&t, *state, PEOPLE);
    assert_int_equal(ask(&t), 0);
    memcpy(id, t.asked->request_id.data, sizeof id);
    answer(&t, id, &none);
    assert_int_equal(t.followed, 0);
    assert_string_equal(t.words, "the signer does not tell its issuer and keys");
    assert_int_equal(ask(&t), -1);
    t.now_ms += SIGN_KEYS_AGAIN_MS;
    assert_int_equal(ask(&t), 0);
    close_talk(&t);
}

static void
keys_are_asked_for_now_and_then_and_the_same_ones_make_no_command(void **state)
{
    talk t;

    open_with(&t, *state, 0);
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(ask(&t), -1);
    t.now_ms += SIGN_KEYS_AGAIN_MS;
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(t.followed, 0);
    assert_int_equal(ask(&t), -1);
    t.now_ms += SIGN_KEYS_AGAIN_MS;
    tell_keys(&t, WORLD_DID, 1); /* the signer was given others */
    assert_int_equal(t.followed, 304);
    assert_int_equal(t.status, SJ_OK);
    close_talk(&t);
}

static void
two_batches_under_way_hold_different_documents(void **state)
{
    uint8_t first[16];
    talk t;

    open_with(&t, *state, TO_SIGN_ITEMS_MAX + PEOPLE);
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(ask(&t), TO_SIGN_ITEMS_MAX);
    memcpy(first, t.asked->item[0]->id.data, sizeof first);
    assert_int_equal(ask(&t), PEOPLE); /* the other one is not answered yet */
    for (size_t i = 0; i < t.asked->n_item; i++)
        assert_memory_not_equal(t.asked->item[i]->id.data, first, sizeof first);
    sign(&t, STATUS(OK), NULL, 64); /* and they may be answered in any order */
    assert_int_equal(waiting_count(&t), TO_SIGN_ITEMS_MAX);
    assert_int_equal(ask(&t), -1); /* the first is still under way */
    close_talk(&t);
}

static void
what_was_lost_is_asked_for_again_and_a_late_answer_is_nothing(void **state)
{
    uint8_t late[8];
    talk t;

    open_with(&t, *state, PEOPLE);
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(ask(&t), PEOPLE);
    memcpy(late, t.asked->request_id.data, sizeof late);
    sign_exchange_lost(&t.exchange);
    tell_keys_of(&t, late, WORLD_DID, 0);
    assert_int_equal(t.followed, 0);
    tell_keys(&t, WORLD_DID, 0); /* it may be another signer */
    assert_int_equal(ask(&t), PEOPLE);
    sign(&t, STATUS(OK), NULL, 64);
    assert_int_equal(waiting_count(&t), 0);
    close_talk(&t);
}

static void
documents_for_a_key_that_is_gone_wait_without_being_sent(void **state)
{
    talk t;
    int sent = 0, said = 0;

    open_with(&t, *state, PEOPLE);
    tell_keys(&t, WORLD_DID, 1); /* the certificates name generation 0 */
    assert_int_equal(t.status, SJ_OK);
    for (int i = 0; i < 1200; i++, t.now_ms += 50) {
        int items = ask(&t);

        if (items == 0) {
            uint8_t id[8];

            memcpy(id, t.asked->request_id.data, sizeof id);
            tell_keys_of(&t, id, WORLD_DID, 1);
        }
        sent += items > 0;
        said += strstr(t.words, "for a key that the signer does not hold") != NULL;
    }
    assert_int_equal(sent, 0);
    assert_in_range(said, 2, 60000 / SIGN_ROUND_MS + 1);
    assert_int_equal(waiting_count(&t), PEOPLE);
    t.now_ms += SIGN_KEYS_AGAIN_MS;
    tell_keys(&t, WORLD_DID, 0); /* the old key is back */
    assert_int_equal(ask(&t), PEOPLE);
    close_talk(&t);
}

static void
documents_for_a_key_that_is_gone_do_not_hold_up_the_others(void **state)
{
    uint8_t id[16];
    talk t;

    open_with(&t, *state, PEOPLE);
    tell_keys(&t, WORLD_DID, 1);
    tell_person(t.f, 1, PEOPLE + 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(t.f, 1, PEOPLE + 1, VERDICT(ATTENDED));
    assert_int_equal(issue(t.f, 1, PEOPLE + 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(ask(&t), 1);
    assert_memory_equal(t.asked->item[0]->id.data, id, sizeof id);
    close_talk(&t);
}

static void
a_batch_that_is_refused_whole_is_not_asked_for_in_a_loop(void **state)
{
    static const Sijill__V1__SignStatus statuses[] = { STATUS(UNKNOWN_KEY), STATUS(INVALID),
                                                       STATUS(FAULT) };
    talk t;

    open_with(&t, *state, PEOPLE);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        /* a batch and twice the keys in each round of a minute, and one round begun before */
        assert_in_range(requests_in_a_minute(&t, statuses[i]), 2,
                        3 * (60000 / SIGN_ROUND_MS + 1) + 1);
    assert_int_equal(waiting_count(&t), PEOPLE);
    close_talk(&t);
}

static void
after_an_unknown_key_the_keys_are_asked_for_at_once(void **state)
{
    talk t;

    open_with(&t, *state, PEOPLE);
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(ask(&t), PEOPLE);
    refuse_batch(&t, STATUS(UNKNOWN_KEY));
    assert_string_equal(t.words, "not that key");
    assert_int_equal(ask(&t), 0);
    close_talk(&t);
}

static void
a_fault_of_one_document_leaves_it_in_the_line_for_later(void **state)
{
    uint8_t id[16];
    talk t;

    open_with(&t, *state, PEOPLE);
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(ask(&t), PEOPLE);
    memcpy(id, t.asked->item[0]->id.data, sizeof id);
    sign(&t, STATUS(FAULT), "check the machine's memory", 0);
    assert_int_equal(t.status, SJ_OK);
    assert_string_equal(t.words, "check the machine's memory");
    assert_int_equal(waiting_count(&t), 1);
    assert_int_equal(show(t.f, id, WORLD_LATER_MS)->state, STATE(SIGNING));
    assert_null(show(t.f, id, WORLD_LATER_MS)->reason);
    assert_int_equal(ask(&t), 1); /* the first round ends here */
    sign(&t, STATUS(FAULT), "check the machine's memory", 0);
    assert_int_equal(t.followed, 0);
    assert_int_equal(ask(&t), -1);
    t.now_ms += SIGN_ROUND_MS - 1;
    assert_int_equal(ask(&t), -1);
    t.now_ms += SIGN_KEYS_AGAIN_MS;
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(ask(&t), 1);
    sign(&t, STATUS(OK), NULL, 64);
    assert_int_equal(waiting_count(&t), 0);
    close_talk(&t);
}

static void
a_signature_of_a_wrong_size_is_none_and_spares_the_others(void **state)
{
    talk t;

    open_with(&t, *state, PEOPLE);
    tell_keys(&t, WORLD_DID, 0);
    assert_int_equal(ask(&t), PEOPLE);
    sign(&t, STATUS(OK), NULL, 63);
    assert_int_equal(t.status, SJ_OK);
    assert_int_equal(waiting_count(&t), 1);
    close_talk(&t);
}

static void
a_refusal_is_final_and_always_has_words(void **state)
{
    static const struct {
        Sijill__V1__SignStatus status;
        const char *words, *reason;
    } rows[] = {
        { STATUS(REFUSED), "not ours to sign", "not ours to sign" },
        { STATUS(REFUSED), NULL, "the signer refused it and did not say why" },
        { STATUS(INVALID), "", "the signer refused it and did not say why" },
    };
    uint8_t id[16];
    talk t;

    open_with(&t, *state, 0);
    tell_keys(&t, WORLD_DID, 0);
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tell_person(t.f, 1, i + 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
        tell_verdict(t.f, 1, i + 1, VERDICT(ATTENDED));
        assert_int_equal(issue(t.f, 1, i + 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
        assert_int_equal(ask(&t), 1);
        sign(&t, rows[i].status, rows[i].words, 0);
        assert_int_equal(t.status, SJ_OK);
        assert_string_equal(show(t.f, id, WORLD_LATER_MS)->reason, rows[i].reason);
        assert_int_equal(waiting_count(&t), 0);
    }
    close_talk(&t);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(keys_come_before_any_signature),
        READY(a_signer_of_another_issuer_signs_nothing_and_is_asked_again),
        READY(keys_that_two_purposes_share_are_not_signed_with),
        READY(a_signer_that_tells_no_keys_is_asked_again_later),
        READY(keys_are_asked_for_now_and_then_and_the_same_ones_make_no_command),
        READY(two_batches_under_way_hold_different_documents),
        READY(what_was_lost_is_asked_for_again_and_a_late_answer_is_nothing),
        READY(documents_for_a_key_that_is_gone_wait_without_being_sent),
        READY(documents_for_a_key_that_is_gone_do_not_hold_up_the_others),
        READY(a_batch_that_is_refused_whole_is_not_asked_for_in_a_loop),
        READY(after_an_unknown_key_the_keys_are_asked_for_at_once),
        READY(a_fault_of_one_document_leaves_it_in_the_line_for_later),
        READY(a_signature_of_a_wrong_size_is_none_and_spares_the_others),
        READY(a_refusal_is_final_and_always_has_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
