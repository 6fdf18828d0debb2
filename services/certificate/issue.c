/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/issue.h"

#include <string.h>

certificate_ref
certificate_next_ref(sj_txn *txn, const certificate_facts *facts, certificate_kind kind,
                     certificate_row **newest)
{
    certificate_ref ref = { .org = facts->org, .kind = kind };

    memcpy(ref.event_id, facts->event_id, SJ_ID_SIZE);
    memcpy(ref.registration_id, facts->registration_id, SJ_ID_SIZE);
    *newest = certificate_newest(txn, &ref);
    if (*newest != NULL)
        ref.serial++;
    return ref;
}

/* On what the decision stands: the verdict, or the role. */
static void
put_grounds(certificate_row *row, const certificate_decision *decision)
{
    const verdict_row *verdict = decision->facts->verdict;

    row->has_rule_version = true;
    row->rule_version = CERTIFICATE_RULE_VERSION;
    if (decision->ref.kind != SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE)
        return;
    row->rule_version = verdict->rule_version;
    row->has_evidence_hash = verdict->has_evidence_hash;
    row->evidence_hash = verdict->evidence_hash;
}

static void
put_row(sj_txn *txn, const sj_command *cmd, uint32_t n, const certificate_decision *decision,
        const certificate_draft *draft)
{
    sj_key key = certificate_key(&decision->ref);
    certificate_row row;

    sijill__certificate__certificate_row__init(&row);
    row.has_id = row.has_intent_seq = row.has_intent_n = row.has_standing = true;
    row.id = sj_id_data(draft->intent.id);
    row.intent_seq = sj_sequence(txn);
    row.intent_n = n;
    row.standing = SIJILL__CERTIFICATE__STANDING__IN_FORCE;
    row.has_issued_ms = row.has_status_list = row.has_status_index = row.has_actor = true;
    row.issued_ms = cmd->now_ms;
    row.status_list = draft->place.list;
    row.status_index = draft->place.index;
    row.actor = sj_id_data(decision->actor);
    row.has_supersedes = decision->supersedes != NULL;
    if (row.has_supersedes)
        row.supersedes = sj_id_data(decision->supersedes);
    row.lang = (char *) (uintptr_t) draft->lang;
    row.holder = decision->facts->holder->name;
    put_grounds(&row, decision);
    sj_row_put(txn, TABLE_CERTIFICATE, &key, &row.base);
}

void
certificate_issue(sj_txn *txn, const sj_command *cmd, uint32_t n,
                  const certificate_decision *decision, const certificate_draft *draft)
{
    const certificate_ref *ref = &decision->ref;
    named_row named;

    sijill__certificate__named_row__init(&named);
    named.has_event_id = named.has_registration_id = named.has_kind = named.has_serial = true;
    named.event_id = sj_id_data(ref->event_id);
    named.registration_id = sj_id_data(ref->registration_id);
    named.kind = ref->kind;
    named.serial = ref->serial;

    status_place_take(txn, ref->org, draft->place);
    intent_write(txn, ref->org, n, &draft->intent, &named);
    put_row(txn, cmd, n, decision, draft);
}

void
certificate_changed(sj_txn *txn, const certificate_ref *ref, const uint8_t id[SJ_ID_SIZE],
                    certificate_state state, const uint8_t *superseded_by)
{
    Sijill__V1__CertificateChanged body;

    sijill__v1__certificate_changed__init(&body);
    body.has_certificate_id = body.has_event_id = body.has_registration_id = true;
    body.certificate_id = sj_id_data(id);
    body.event_id = sj_id_data(ref->event_id);
    body.registration_id = sj_id_data(ref->registration_id);
    body.has_kind = body.has_state = true;
    body.kind = ref->kind;
    body.state = state;
    body.has_superseded_by = superseded_by != NULL;
    if (superseded_by != NULL)
        body.superseded_by = sj_id_data(superseded_by);
    sj_emit_message(txn, 330, &body.base, NULL);
}
