/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 149 NoteUpload: a whole file has come for an event.  Nothing but the ledger and the audit trail
 * remember it: a key that comes again with another file is refused there, before this is asked.
 */
#include "services/registration/events.h"
#include "services/registration/routes.h"

sj_status
note_upload(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__NoteUpload *in = sj_decode(txn, cmd, &sijill__v1__note_upload__descriptor, reply);
    Sijill__V1__UploadNoted out;
    event_seats seats;

    if (in == NULL)
        return reply->status;
    if (!in->has_file_hash || in->file_hash.len != SJ_FILE_HASH_SIZE)
        return sj_refuse_field(txn, reply, "file_hash", "say BLAKE2b-256 of the file: 32 octets");
    if (!event_find(&seats, txn, cmd->org, in->has_event_id ? &in->event_id : NULL, in->slug,
                    reply))
        return reply->status;
    sj_note_event(txn, seats.event);
    sj_note_file(txn, in->file_hash.data, in->file_size);
    sijill__v1__upload_noted__init(&out);
    out.has_request_id = true;
    out.request_id = sj_id_data(cmd->id);
    return sj_accept(txn, reply, &out.base);
}
