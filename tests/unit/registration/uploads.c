/* SPDX-License-Identifier: Apache-2.0 */
/* 149 NoteUpload: a key is of one file, and the audit trail says of which. */
#include "services/core/identity.h"
#include "services/core/message.h"
#include "sijill/v1/platform.pb-c.h"
#include "tests/unit/registration/scene.h"

#include <stdio.h>

enum { NOTE_UPLOAD = 149, LIST_AUDIT = 952, SIZE = 4711 };

/* An upload to the scene's event, to change before it is sent. */
typedef struct upload {
    Sijill__V1__NoteUpload message;
    uint8_t file[SJ_FILE_HASH_SIZE], settings[SJ_FILE_HASH_SIZE];
} upload;

static void
upload_begin(scene *s, upload *u)
{
    memset(u->file, 0xf1, sizeof u->file);
    memset(u->settings, 0x5e, sizeof u->settings);
    sijill__v1__note_upload__init(&u->message);
    u->message.has_event_id = u->message.has_file_hash = u->message.has_file_size = true;
    u->message.has_settings_hash = true;
    u->message.event_id = sj_id_data(s->event);
    u->message.file_hash = (ProtobufCBinaryData){ sizeof u->file, u->file };
    u->message.file_size = SIZE;
    u->message.settings_hash = (ProtobufCBinaryData){ sizeof u->settings, u->settings };
}

static sj_status
upload_send(scene *s, upload *u)
{
    return fixture_run(s->f, NOTE_UPLOAD, &u->message.base, NOW);
}

/* From now on everything comes with this key from outside. */
static void
key_use(scene *s, uint8_t key)
{
    s->f->has_outside = true;
    memset(s->f->outside, key, sizeof s->f->outside);
}

/* The last entry of the audit trail; the number of those of uploads. */
static Sijill__V1__AuditEntry *
last_entry(scene *s, size_t *uploads)
{
    Sijill__V1__ListAudit in;
    Sijill__V1__AuditList *list;

    sijill__v1__list_audit__init(&in);
    assert_int_equal(fixture_run(s->f, LIST_AUDIT, &in.base, NOW), SJ_OK);
    list = fixture_reply(s->f, &sijill__v1__audit_list__descriptor);
    *uploads = 0;
    for (size_t i = 0; i < list->n_entry; i++) {
        *uploads += list->entry[i]->type == NOTE_UPLOAD;
        assert_int_equal(list->entry[i]->has_file_hash, list->entry[i]->type == NOTE_UPLOAD);
        assert_int_equal(list->entry[i]->has_file_size, list->entry[i]->type == NOTE_UPLOAD);
    }
    return list->entry[list->n_entry - 1];
}

static void
a_key_that_comes_again_with_anything_else_is_refused(void **state)
{
    scene *s = *state;
    upload u;

    upload_begin(s, &u);
    key_use(s, 1);
    assert_int_equal(upload_send(s, &u), SJ_OK);
    u.file[31] ^= 1;
    assert_int_equal(upload_send(s, &u), SJ_KEY_REUSED);
    upload_begin(s, &u);
    u.settings[0] ^= 1;
    assert_int_equal(upload_send(s, &u), SJ_KEY_REUSED);
    upload_begin(s, &u);
    u.message.file_size++;
    assert_int_equal(upload_send(s, &u), SJ_KEY_REUSED);
    upload_begin(s, &u);
    u.message.has_event_id = false;
    u.message.slug = (char *) (uintptr_t) "another-event";
    assert_int_equal(upload_send(s, &u), SJ_KEY_REUSED);
    key_use(s, 2);
    upload_begin(s, &u);
    u.file[31] ^= 1;
    assert_int_equal(upload_send(s, &u), SJ_OK);
}

static void
the_same_again_is_answered_with_the_first_try_s_id(void **state)
{
    scene *s = *state;
    uint8_t first[SJ_ID_SIZE];
    Sijill__V1__UploadNoted *noted;
    upload u;

    upload_begin(s, &u);
    key_use(s, 1);
    assert_int_equal(upload_send(s, &u), SJ_OK);
    assert_false(s->f->reply.replayed);
    noted = fixture_reply(s->f, &sijill__v1__upload_noted__descriptor);
    assert_int_equal(noted->request_id.len, sizeof first);
    memcpy(first, noted->request_id.data, sizeof first);
    assert_int_equal(upload_send(s, &u), SJ_OK);
    assert_true(s->f->reply.replayed);
    noted = fixture_reply(s->f, &sijill__v1__upload_noted__descriptor);
    assert_memory_equal(noted->request_id.data, first, sizeof first);
    key_use(s, 2);
    assert_int_equal(upload_send(s, &u), SJ_OK);
    noted = fixture_reply(s->f, &sijill__v1__upload_noted__descriptor);
    assert_memory_not_equal(noted->request_id.data, first, sizeof first);
}

static void
the_audit_trail_has_file_and_event_once_an_upload(void **state)
{
    scene *s = *state;
    const Sijill__V1__AuditEntry *entry;
    size_t uploads;
    upload u;

    upload_begin(s, &u);
    u.message.has_event_id = false;
    u.message.slug = (char *) (uintptr_t) "workshop";
    key_use(s, 1);
    assert_int_equal(upload_send(s, &u), SJ_OK);
    assert_int_equal(upload_send(s, &u), SJ_OK);
    s->f->has_outside = false;
    entry = last_entry(s, &uploads);
    assert_int_equal(uploads, 1);
    assert_int_equal(entry->file_hash.len, sizeof u.file);
    assert_memory_equal(entry->file_hash.data, u.file, sizeof u.file);
    assert_int_equal(entry->file_size, SIZE);
    assert_int_equal(entry->event_id.len, sizeof s->event);
    assert_memory_equal(entry->event_id.data, s->event, sizeof s->event);
    assert_false(entry->has_before || entry->has_after);
}

static void
an_upload_that_is_only_tried_leaves_its_key_free(void **state)
{
    scene *s = *state;
    size_t uploads;
    upload u;

    upload_begin(s, &u);
    key_use(s, 1);
    s->f->dry_run = true;
    assert_int_equal(upload_send(s, &u), SJ_OK);
    s->f->dry_run = false;
    u.file[0] ^= 1;
    assert_int_equal(upload_send(s, &u), SJ_OK);
    s->f->has_outside = false;
    (void) last_entry(s, &uploads);
    assert_int_equal(uploads, 1);
}

static void
an_upload_changes_nothing_that_is_told(void **state)
{
    scene *s = *state;
    size_t before = fixture_emitted(s->f, 0);
    upload u;

    upload_begin(s, &u);
    assert_int_equal(upload_send(s, &u), SJ_OK);
    assert_int_equal(fixture_emitted(s->f, 0), before);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
an_upload_names_its_file_and_an_event_that_is(void **state)
{
    scene *s = *state;
    uint8_t nowhere[SJ_ID_SIZE] = { 0x60 };
    upload u;

    upload_begin(s, &u);
    u.message.has_file_hash = false;
    assert_int_equal(upload_send(s, &u), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "file_hash");
    upload_begin(s, &u);
    u.message.event_id = sj_id_data(nowhere);
    assert_int_equal(upload_send(s, &u), SJ_NOT_FOUND);
    u.message.has_event_id = false;
    assert_int_equal(upload_send(s, &u), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "event_id");
    u.message.slug = (char *) (uintptr_t) "no-such-event";
    assert_int_equal(upload_send(s, &u), SJ_NOT_FOUND);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_key_that_comes_again_with_anything_else_is_refused),
        LAW(the_same_again_is_answered_with_the_first_try_s_id),
        LAW(the_audit_trail_has_file_and_event_once_an_upload),
        LAW(an_upload_that_is_only_tried_leaves_its_key_free),
        LAW(an_upload_changes_nothing_that_is_told),
        LAW(an_upload_names_its_file_and_an_event_that_is),
    };

    return cmocka_run_group_tests_name("registration uploads", tests, NULL, NULL);
}
