/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/upload_note.h"

#include "services/gateway/api/reply.h"

#include "sijill/v1/platform.pb-c.h"

#include <string.h>

enum { NOTE_UPLOAD = 149 };

#define CODE(name) SIJILL__V1__CODE__##name

void
upload_note_begin(upload_note *n)
{
    n->size = 0;
    (void) crypto_generichash_init(&n->file, NULL, 0, UPLOAD_HASH_SIZE);
}

void
upload_note_add(upload_note *n, octets piece)
{
    n->size += piece.size;
    (void) crypto_generichash_update(&n->file, piece.at, piece.size);
}

/* An id as the program reads it: what it takes for one is one here. */
static bool
event_id(const char *event, uint8_t id[SIJILL_ID_SIZE])
{
    return strlen(event) >= 2 * (size_t) SIJILL_ID_SIZE && sijill_unhex(event, id);
}

bool
upload_note_tell(const upload_note *n, exchange *x, const upload_words *w, bool trial,
                 backend_fn *answered, void *context)
{
    sijill_request asked = exchange_question(x);
    uint8_t id[SIJILL_ID_SIZE], file[UPLOAD_HASH_SIZE], settings[UPLOAD_HASH_SIZE];
    crypto_generichash_state state = n->file;
    Sijill__V1__NoteUpload note;

    (void) crypto_generichash_final(&state, file, sizeof file);
    upload_words_hash(w, settings);
    sijill__v1__note_upload__init(&note);
    note.has_event_id = event_id(w->event, id);
    note.event_id = (ProtobufCBinaryData){ sizeof id, id };
    note.slug = note.has_event_id ? NULL : (char *) (uintptr_t) w->event;
    note.has_file_hash = note.has_file_size = note.has_settings_hash = true;
    note.file_hash = (ProtobufCBinaryData){ sizeof file, file };
    note.file_size = n->size;
    note.settings_hash = (ProtobufCBinaryData){ sizeof settings, settings };
    asked.type = NOTE_UPLOAD;
    asked.body = &note.base;
    asked.dry_run = trial;
    if (trial) {
        asked.deadline_ms = API_READ_MS;
    } else {
        asked.request_id = x->key.request_id;
        asked.outside = x->key.has_outside ? x->key.outside : NULL;
    }
    return backend_ask(x->owner->services, BACKEND_REGISTRATION, x->who.org, &asked, answered,
                       context);
}

bool
upload_note_answer(const sijill_reply *reply, uint8_t request_id[SIJILL_ID_SIZE],
                   api_problem *wrong)
{
    Sijill__V1__UploadNoted *noted;
    bool good;

    if (reply->code != CODE(OK)) {
        api_refusal(NULL, reply, wrong);
        if (reply->code == CODE(KEY_REUSED))
            api_wrong(wrong, CODE(KEY_REUSED), "",
                      "this Idempotency-Key came before with another file, other parameters or "
                      "another request: make a new one for each upload");
        else if (reply->code == CODE(UNKNOWN_OUTCOME))
            api_wrong(wrong, CODE(UNKNOWN_OUTCOME), "",
                      "no answer came in time: send the same file again with the same "
                      "Idempotency-Key");
        return false;
    }
    noted = sijill_unpack(reply, &sijill__v1__upload_noted__descriptor);
    good = noted != NULL && noted->request_id.len == SIJILL_ID_SIZE;
    if (good)
        memcpy(request_id, noted->request_id.data, SIJILL_ID_SIZE);
    else
        api_wrong(wrong, CODE(INTERNAL), "",
                  "registration answered with something else: are the versions the same?");
    sijill_free(noted);
    return good;
}
