/* SPDX-License-Identifier: Apache-2.0 */
/* What the signer signs, and all that it refuses. */
#include "tests/unit/credential/issuer.h"

#include "services/certificate/signer/answer.h"
#include "sijill/v1/signer.pb-c.h"

enum { BATCH_MAX = ANSWER_ITEMS_MAX + 1 };

static uint8_t secret[KEYFILE_KEYS * KEYFILE_SECRET_BYTES];
static signer_keys keys = { .secret = secret, .locked = true, .descriptor = -1 };
static answerer a;

static char document_text[SJ_STATUS_DOCUMENT_MAX + 1024];
static char options_text[SJ_PROOF_OPTIONS_MAX + 1024];
static uint8_t id[SJ_CERTIFICATE_ID_BYTES];
static sj_span document;
static sj_span options;

static void
write_options(sign_purpose purpose)
{
    assert_null(sj_proof_options(document, a.method[purpose - 1], NOW_MS, options_text,
                                 sizeof options_text, &options));
}

static void
write_certificate(void)
{
    sj_badge badge = sample_badge();

    memcpy(id, badge.certificate_id, sizeof id);
    assert_null(sj_badge_write(&badge, document_text, sizeof document_text, &document));
    write_options(PURPOSE_CERTIFICATE);
}

static void
write_list(void)
{
    char encoded[SJ_STATUS_LIST_ENCODED_MAX];
    sj_status_document list = issuer_list_document(7, encoded);

    assert_null(sj_status_document_write(&list, document_text, sizeof document_text, &document));
    write_options(PURPOSE_STATUS_LIST);
}

static int
open_signer(void **state)
{
    (void) state;
    assert_true(sodium_init() >= 0);
    for (size_t i = 0; i < KEYFILE_KEYS; i++)
        assert_int_equal(crypto_sign_keypair(keys.public_key[i], secret + i * KEYFILE_SECRET_BYTES),
                         0);
    assert_true(answerer_open(&a, SAMPLE_DID, &keys));
    return 0;
}

static int
close_signer(void **state)
{
    (void) state;
    answerer_close(&a);
    return 0;
}

static const char *
refusal(sign_purpose purpose)
{
    sign_item item = { .purpose = purpose, .id = id, .document = document, .options = options };

    return check_item(&item, SAMPLE_DID, a.method[purpose - 1]);
}

/* Replace the first `from` in a text of ours. */
static void
replace(sj_span *span, char *text, size_t size, const char *from, const char *to)
{
    text[span->length] = '\0';
    char *at = strstr(text, from);

    assert_non_null(at);
    size_t tail = strlen(at + strlen(from)) + 1;

    assert_true((size_t) (at - text) + strlen(to) + tail <= size);
    memmove(at + strlen(to), at + strlen(from), tail);
    memcpy(at, to, strlen(to));
    *span = sj_span_of(text);
}

static void
our_documents_may_be_signed(void **state)
{
    (void) state;
    write_certificate();
    assert_null(refusal(PURPOSE_CERTIFICATE));
    replace(&document, document_text, sizeof document_text,
            "https://sijill.example/certificates/112233445566778899aabbccddeeff01",
            "urn:uuid:11223344-5566-7788-99aa-bbccddeeff01");
    assert_null(refusal(PURPOSE_CERTIFICATE));
    write_list();
    assert_null(refusal(PURPOSE_STATUS_LIST));
    replace(&document, document_text, sizeof document_text, "/status/0\",\"issuer\"",
            "/status/4294967295\",\"issuer\"");
    assert_null(refusal(PURPOSE_STATUS_LIST));
}

static void
purposes_do_not_mix(void **state)
{
    (void) state;
    write_certificate();
    write_options(PURPOSE_STATUS_LIST);
    assert_non_null(refusal(PURPOSE_STATUS_LIST)); /* type */
    assert_non_null(refusal(PURPOSE_CERTIFICATE)); /* method of the other key */
    write_list();
    write_options(PURPOSE_CERTIFICATE);
    assert_non_null(refusal(PURPOSE_CERTIFICATE));
    assert_non_null(refusal(PURPOSE_STATUS_LIST));
}

static void
certificates_of_another_shape_are_refused(void **state)
{
    static const char *const rows[][2] = {
        { "\"did:web:sijill.example\"", "\"did:web:other.example\"" },
        { "112233445566778899aabbccddeeff01", "112233445566778899aabbccddeeff02" },
        { "https://sijill.example/certificates/", "https://other.example/certificates/" },
        { "\"OpenBadgeCredential\"", "\"OpenBadgeCredential\",\"Other\"" },
        { "[\"VerifiableCredential\",\"OpenBadgeCredential\"]", "\"OpenBadgeCredential\"" },
        { "context-3.0.3.json\"", "context-3.0.3.json\",\"https://other.example\"" },
        { "\"name\":\"Certificate", "\"name\" :\"Certificate" },
        { "\"name\":\"Certificate", "\"name\":1.5,\"name\":\"Certificate" },
        { "\"type\":[\"VerifiableCredential\"", "\"proof\":[],\"type\":[\"VerifiableCredential\"" },
        { "\"issuer\":{\"id\":\"did:web:sijill.example\"", "\"issuer\":{\"id\":1" },
        { "}", "" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_certificate();
        replace(&document, document_text, sizeof document_text, rows[i][0], rows[i][1]);
        assert_non_null(refusal(PURPOSE_CERTIFICATE));
    }
    write_certificate();
    document.length = 0;
    assert_non_null(refusal(PURPOSE_CERTIFICATE));
}

/* The context of the document and that of the options change together, or the options give it away.
 */
static void
foreign_contexts_are_refused(void **state)
{
    (void) state;
    write_certificate();
    replace(&document, document_text, sizeof document_text, "context-3.0.3.json",
            "context-3.0.2.json");
    write_options(PURPOSE_CERTIFICATE);
    assert_non_null(refusal(PURPOSE_CERTIFICATE));
    write_list();
    replace(&document, document_text, sizeof document_text, "credentials/v2\"]",
            "credentials/v2\",\"https://other.example\"]");
    write_options(PURPOSE_STATUS_LIST);
    assert_non_null(refusal(PURPOSE_STATUS_LIST));
}

static void
a_large_certificate_is_refused(void **state)
{
    static char large[SJ_STATUS_DOCUMENT_MAX + 2];

    (void) state;
    write_certificate();
    memset(large, 'x', sizeof large - 1);
    large[SJ_BADGE_MAX + 1 + strlen("StatCaB") - document.length] = '\0'; /* one byte too many */
    replace(&document, document_text, sizeof document_text, "StatCaB", large);
    assert_string_equal(refusal(PURPOSE_CERTIFICATE), "the certificate is larger than 16 KiB");
}

static void
status_lists_of_another_shape_are_refused(void **state)
{
    static const char *const rows[][2] = {
        { "\"issuer\":\"did:web:sijill.example\"", "\"issuer\":\"did:web:other.example\"" },
        { "/status/0\",\"issuer\"", "/status/00\",\"issuer\"" },
        { "/status/0\",\"issuer\"", "/status/01\",\"issuer\"" },
        { "/status/0\",\"issuer\"", "/status/\",\"issuer\"" },
        { "/status/0\",\"issuer\"", "/status/x\",\"issuer\"" },
        { "/status/0\",\"issuer\"", "/status/12345678901\",\"issuer\"" },
        { "/status/0\",\"issuer\"", "/certificates/0\",\"issuer\"" },
        { "\"statusPurpose\":\"revocation\"", "\"statusPurpose\":\"suspension\"" },
        { "\"BitstringStatusListCredential\"", "\"OpenBadgeCredential\"" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_list();
        replace(&document, document_text, sizeof document_text, rows[i][0], rows[i][1]);
        assert_non_null(refusal(PURPOSE_STATUS_LIST));
    }
}

static void
options_of_another_shape_are_refused(void **state)
{
    static const char *const rows[][2] = {
        { "context-3.0.3.json", "context-3.0.2.json" },
        { "\"eddsa-jcs-2022\"", "\"eddsa-rdfc-2022\"" },
        { "\"assertionMethod\"", "\"authentication\"" },
        { "\"DataIntegrityProof\"", "\"Ed25519Signature2020\"" },
        { "did:web:sijill.example#", "did:web:other.example#" },
        { "#z6Mk", "#z6MK" },
        { "\"created\":\"20", "\"created\":\"x20" },
        { "\"cryptosuite\"", "\"creator\":1,\"cryptosuite\"" },
        { "\"type\"", "\"proofValue\":\"z\",\"type\"" },
        { "\"created\":\"2025-06-15T15:06:40Z\",", "" },
        { "{", "[{" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_certificate();
        replace(&options, options_text, sizeof options_text, rows[i][0], rows[i][1]);
        assert_non_null(refusal(PURPOSE_CERTIFICATE));
    }
}

static Sijill__V1__SignItem items[BATCH_MAX];
static Sijill__V1__SignItem *item_rows[BATCH_MAX];
static uint8_t request[ANSWER_REQUEST_MAX + 4096];

/* A batch of n times the present document; requests are packed by ask(). */
static Sijill__V1__SignBatch
batch_of(size_t count, sign_purpose purpose)
{
    Sijill__V1__SignBatch batch;

    sijill__v1__sign_batch__init(&batch);
    batch.has_request_id = true;
    batch.request_id = (ProtobufCBinaryData){ 4, (uint8_t *) (uintptr_t) "\x01\x02\x03\x04" };
    batch.has_purpose = true;
    batch.purpose = (Sijill__V1__SignPurpose) purpose;
    batch.key_id = a.key_id[purpose - 1];
    for (size_t i = 0; i < count; i++) {
        sijill__v1__sign_item__init(&items[i]);
        items[i].has_id = items[i].has_document = items[i].has_options = true;
        items[i].id = (ProtobufCBinaryData){ sizeof id, id };
        items[i].document = (ProtobufCBinaryData){ document.length, (uint8_t *) document_text };
        items[i].options = (ProtobufCBinaryData){ options.length, (uint8_t *) options_text };
        item_rows[i] = &items[i];
    }
    batch.n_item = count;
    batch.item = item_rows;
    return batch;
}

static Sijill__V1__SignBatchReply *
ask_bytes(size_t length)
{
    answer_result result = answer(&a, request, length);
    Sijill__V1__SignBatchReply *reply =
        sijill__v1__sign_batch_reply__unpack(NULL, result.length, a.reply);

    assert_non_null(reply);
    assert_false(result.fault);
    assert_int_equal(reply->status == SIJILL__V1__SIGN_STATUS__SIGN_OK, reply->words == NULL);
    return reply;
}

static Sijill__V1__SignBatchReply *
ask(const Sijill__V1__SignBatch *batch)
{
    assert_true(sijill__v1__sign_batch__get_packed_size(batch) <= sizeof request);
    return ask_bytes(sijill__v1__sign_batch__pack(batch, request));
}

static void
a_batch_is_signed_in_its_order(void **state)
{
    write_certificate();
    Sijill__V1__SignBatch batch = batch_of(ANSWER_ITEMS_MAX, PURPOSE_CERTIFICATE);
    Sijill__V1__SignBatchReply *reply = ask(&batch);

    (void) state;
    assert_int_equal(reply->status, SIJILL__V1__SIGN_STATUS__SIGN_OK);
    assert_memory_equal(reply->request_id.data, "\x01\x02\x03\x04", 4);
    assert_int_equal(reply->n_result, ANSWER_ITEMS_MAX);
    for (size_t i = 0; i < reply->n_result; i++) {
        assert_memory_equal(reply->result[i]->id.data, id, sizeof id);
        assert_int_equal(reply->result[i]->signature.len, SJ_SIGNATURE_BYTES);
        /* Deterministic: asking again after a crash is harmless. */
        assert_memory_equal(reply->result[i]->signature.data, reply->result[0]->signature.data,
                            SJ_SIGNATURE_BYTES);
    }
    assert_true(sj_proof_verify(document, options, reply->result[0]->signature.data,
                                keys.public_key[PURPOSE_CERTIFICATE - 1]));
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
}

static void
a_bad_item_refuses_itself_alone(void **state)
{
    static uint8_t other[SJ_CERTIFICATE_ID_BYTES] = { 9 };

    write_certificate();
    Sijill__V1__SignBatch batch = batch_of(5, PURPOSE_CERTIFICATE);

    (void) state;
    items[1].id.data = other;
    items[2].id.len = 15;
    items[3].has_options = false;
    Sijill__V1__SignBatchReply *reply = ask(&batch);

    assert_int_equal(reply->status, SIJILL__V1__SIGN_STATUS__SIGN_OK);
    assert_int_equal(reply->n_result, 5);
    assert_int_equal(reply->result[0]->status, SIJILL__V1__SIGN_STATUS__SIGN_OK);
    assert_int_equal(reply->result[1]->status, SIJILL__V1__SIGN_STATUS__SIGN_REFUSED);
    assert_memory_equal(reply->result[1]->id.data, other, sizeof other);
    assert_int_equal(reply->result[2]->status, SIJILL__V1__SIGN_STATUS__SIGN_INVALID);
    assert_int_equal(reply->result[3]->status, SIJILL__V1__SIGN_STATUS__SIGN_INVALID);
    assert_int_equal(reply->result[4]->status, SIJILL__V1__SIGN_STATUS__SIGN_OK);
    for (size_t i = 0; i < 5; i++) {
        bool good = reply->result[i]->status == SIJILL__V1__SIGN_STATUS__SIGN_OK;

        assert_int_equal(reply->result[i]->has_signature, good);
        assert_int_equal(reply->result[i]->words == NULL, good);
    }
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
}

static void
an_empty_batch_tells_the_public_keys(void **state)
{
    Sijill__V1__SignBatch batch = batch_of(0, PURPOSE_CERTIFICATE);

    (void) state;
    batch.has_purpose = false;
    batch.key_id = NULL;
    Sijill__V1__SignBatchReply *reply = ask(&batch);

    assert_int_equal(reply->status, SIJILL__V1__SIGN_STATUS__SIGN_OK);
    assert_string_equal(reply->issuer, SAMPLE_DID);
    assert_int_equal(reply->n_key, KEYFILE_KEYS);
    for (size_t i = 0; i < reply->n_key; i++) {
        assert_int_equal(reply->key[i]->purpose, i + 1);
        assert_string_equal(reply->key[i]->key_id, a.key_id[i]);
        assert_memory_equal(reply->key[i]->public_key.data, keys.public_key[i],
                            SJ_PUBLIC_KEY_BYTES);
    }
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
}

static void
expect(const Sijill__V1__SignBatch *batch, Sijill__V1__SignStatus status)
{
    Sijill__V1__SignBatchReply *reply = ask(batch);

    assert_int_equal(reply->status, status);
    assert_int_equal(reply->n_result, 0);
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
}

static void
whole_batches_are_refused_with_words(void **state)
{
    write_certificate();
    Sijill__V1__SignBatch batch = batch_of(1, PURPOSE_CERTIFICATE);

    (void) state;
    batch.key_id = a.key_id[1];
    expect(&batch, SIJILL__V1__SIGN_STATUS__SIGN_UNKNOWN_KEY);
    batch.key_id = NULL;
    expect(&batch, SIJILL__V1__SIGN_STATUS__SIGN_UNKNOWN_KEY);
    batch = batch_of(1, PURPOSE_CERTIFICATE);
    batch.purpose = (Sijill__V1__SignPurpose) 3;
    expect(&batch, SIJILL__V1__SIGN_STATUS__SIGN_UNKNOWN_KEY);
    batch.purpose = (Sijill__V1__SignPurpose) -1;
    expect(&batch, SIJILL__V1__SIGN_STATUS__SIGN_UNKNOWN_KEY);
    batch = batch_of(1, PURPOSE_CERTIFICATE);
    batch.has_request_id = false;
    expect(&batch, SIJILL__V1__SIGN_STATUS__SIGN_INVALID);
    batch = batch_of(BATCH_MAX, PURPOSE_CERTIFICATE);
    expect(&batch, SIJILL__V1__SIGN_STATUS__SIGN_INVALID);
}

/* Bytes that are no message, one field too many, and a message that unpacks to hundreds of MB. */
static void
hostile_requests_are_answered(void **state)
{
    size_t length = 0;

    (void) state;
    memset(request, 0xff, 64);
    for (size_t size = 0; size <= 64; size++)
        sijill__v1__sign_batch_reply__free_unpacked(ask_bytes(size), NULL);
    while (length + 2 <= ANSWER_REQUEST_MAX) { /* empty items */
        request[length++] = 0x22;
        request[length++] = 0x00;
    }
    Sijill__V1__SignBatchReply *reply = ask_bytes(length);

    assert_int_equal(reply->status, SIJILL__V1__SIGN_STATUS__SIGN_INVALID);
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
    write_certificate();
    Sijill__V1__SignBatch batch = batch_of(1, PURPOSE_CERTIFICATE);

    length = sijill__v1__sign_batch__pack(&batch, request);
    memcpy(request + length, "\x98\x06\x01", 3); /* field 99 */
    reply = ask_bytes(length + 3);
    assert_int_equal(reply->status, SIJILL__V1__SIGN_STATUS__SIGN_INVALID);
    assert_non_null(strstr(reply->words, "does not know"));
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_documents_may_be_signed),
        cmocka_unit_test(purposes_do_not_mix),
        cmocka_unit_test(certificates_of_another_shape_are_refused),
        cmocka_unit_test(foreign_contexts_are_refused),
        cmocka_unit_test(a_large_certificate_is_refused),
        cmocka_unit_test(status_lists_of_another_shape_are_refused),
        cmocka_unit_test(options_of_another_shape_are_refused),
        cmocka_unit_test(a_batch_is_signed_in_its_order),
        cmocka_unit_test(a_bad_item_refuses_itself_alone),
        cmocka_unit_test(an_empty_batch_tells_the_public_keys),
        cmocka_unit_test(whole_batches_are_refused_with_words),
        cmocka_unit_test(hostile_requests_are_answered),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_signer, close_signer);
}
