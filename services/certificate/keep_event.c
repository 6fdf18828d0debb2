/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record 132: an event as it is now.  What was issued before keeps its own frozen facts; what may
 * be issued follows this.
 */
#include "services/certificate/fit.h"
#include "services/certificate/release.h"
#include "services/certificate/routes.h"

static void
put_description(event_row *row, const Sijill__V1__Event *in)
{
    row->title = in->title;
    row->n_title = fit_texts(in->title, in->n_title, TITLES_FIT);
    row->start_date = in->start_date;
    row->end_date = in->end_date;
    row->city = in->city;
    row->programme = in->programmes;
    row->n_programme = in->n_programmes < PROGRAMMES_KEPT ? in->n_programmes : PROGRAMMES_KEPT;
    row->sdg_tag = in->sdg_tags;
    row->n_sdg_tag = in->n_sdg_tags < GOALS_KEPT ? in->n_sdg_tags : GOALS_KEPT;
    row->has_date_precision = row->has_mode = row->has_starts_ms = row->has_ends_ms = true;
    row->date_precision = in->date_precision;
    row->mode = in->mode;
    row->starts_ms = in->starts_ms;
    row->ends_ms = in->ends_ms;
}

static bool
known_enums(const Sijill__V1__EventChanged *in)
{
    return (unsigned) in->event->mode <= SIJILL__V1__MODE__HYBRID &&
           (unsigned) in->event->date_precision <= SIJILL__V1__DATE_PRECISION__DATE_MONTH &&
           (unsigned) in->state <= SIJILL__V1__EVENT_STATE__EVENT_CANCELLED;
}

sj_status
certificate_keep_event(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__EventChanged *in =
        certificate_record(txn, cmd, &sijill__v1__event_changed__descriptor, reply);
    event_row row;

    if (in == NULL)
        return reply->status;
    if (in->event == NULL || !sj_is_id(in->event->has_id, in->event->id))
        return sj_refuse_field(txn, reply, "event.id", "16 octets name the event");
    if (!known_enums(in))
        return sj_refuse_field(txn, reply, "event", "a state, mode or precision is unknown here");
    sj_key key = certificate_event_key(cmd->org, in->event->id.data);

    sijill__certificate__event_row__init(&row);
    put_description(&row, in->event);
    row.has_state = true;
    row.state = in->state;
    row.partner = fit_partners(txn, in->event, &row.n_partner);
    if (row.partner == NULL)
        return SJ_INTERNAL;
    if (in->event->rules != NULL) {
        row.certificate_lang = in->event->rules->certificate_lang;
        row.has_release = true;
        row.release = in->event->rules->release;
    }
    release_plan(txn, cmd->org, in->event->id.data, &row);
    sj_row_put(txn, TABLE_EVENT, &key, &row.base);
    return sj_accept(txn, reply, NULL);
}
