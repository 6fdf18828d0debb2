/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Give one person one certificate of one kind.
 *
 * The facts are frozen here: what will be signed is composed and stored before any signature is
 * asked for.
 */
#include "services/certificate/eligible.h"
#include "services/certificate/issue.h"
#include "services/certificate/routes.h"
#include "services/certificate/sentences.h"

static sj_status
answer(sj_txn *txn, sj_reply *reply, const uint8_t *id, certificate_state state,
       Sijill__V1__Existing existing)
{
    Sijill__V1__Issued out;

    sijill__v1__issued__init(&out);
    out.has_certificate_id = out.has_state = out.has_existing = true;
    out.certificate_id = sj_id_data(id);
    out.state = state;
    out.existing = existing;
    return sj_accept(txn, reply, &out.base);
}

static sj_status
issue(sj_txn *txn, const sj_command *cmd, sj_reply *reply, const certificate_facts *facts,
      const certificate_ref *ref, const char *lang)
{
    certificate_decision decision = { .facts = facts, .ref = *ref, .actor = cmd->actor };
    certificate_draft draft;
    const char *words = certificate_obstacle(txn, facts, ref->kind, cmd->now_ms);
    sj_status status;

    if (words != NULL)
        return sj_refuse(txn, reply, SJ_PRECONDITION, words);
    status = certificate_issuer_obstacle(facts, PURPOSE_CERTIFICATE, &words);
    if (status != SJ_OK)
        return sj_refuse(txn, reply, status, words);
    words = certificate_compose(txn, cmd, 0, facts, ref->kind, lang, &draft);
    if (words != NULL)
        return sj_refuse(txn, reply, SJ_PRECONDITION, words);
    certificate_issue(txn, cmd, 0, &decision, &draft);
    return answer(txn, reply, draft.intent.id, SIJILL__V1__CERTIFICATE_STATE__SIGNING,
                  SIJILL__V1__EXISTING__NEW);
}

sj_status
issue_certificate(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__IssueCertificate *in =
        sj_decode(txn, cmd, &sijill__v1__issue_certificate__descriptor, reply);
    certificate_facts facts;
    certificate_row *newest;
    signature_row *signature;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "16 octets name the event");
    if (!sj_is_id(in->has_registration_id, in->registration_id))
        return sj_refuse_field(txn, reply, "registration_id", "16 octets name the registration");
    if (in->lang != NULL && !sentences_know(in->lang))
        return sj_refuse_field(txn, reply, "lang", "the language is one of ar en fr tr ru kk");
    certificate_facts_event(txn, cmd->org, in->event_id.data, &facts);
    certificate_facts_person(txn, in->registration_id.data, &facts);
    if (facts.event == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such event");
    if (facts.holder == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such registration at this event");

    certificate_ref ref = certificate_next_ref(txn, &facts, in->kind, &newest);

    if (newest != NULL && newest->standing == SIJILL__CERTIFICATE__STANDING__IN_FORCE)
        return answer(txn, reply, newest->id.data,
                      certificate_state_of(txn, cmd->org, newest, &signature),
                      SIJILL__V1__EXISTING__ALREADY);
    return issue(txn, cmd, reply, &facts, &ref, in->lang);
}
