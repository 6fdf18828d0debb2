/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Correct a certificate: a new one from the facts as they are now takes the place of the old one,
 * which keeps its content for ever and points to the new one.  It may also replace one whose
 * signature was refused.
 */
#include "services/certificate/eligible.h"
#include "services/certificate/end.h"
#include "services/certificate/issue.h"
#include "services/certificate/routes.h"
#include "services/certificate/sentences.h"
#include "services/core/identity.h"
#include "services/core/text.h"

static sj_status
answer(sj_txn *txn, sj_reply *reply, const uint8_t *id)
{
    Sijill__V1__CertificateReply out;

    sijill__v1__certificate_reply__init(&out);
    out.has_certificate_id = out.has_state = true;
    out.certificate_id = sj_id_data(id);
    out.state = SIJILL__V1__CERTIFICATE_STATE__SIGNING;
    return sj_accept(txn, reply, &out.base);
}

/* Why the old one cannot be corrected; NULL: it can. */
static const char *
old_obstacle(sj_txn *txn, const certificate_row *old)
{
    if (old->standing == SIJILL__CERTIFICATE__STANDING__WITHDRAWN)
        return "it was revoked, which is final: issue a new one";
    if (old->standing == SIJILL__CERTIFICATE__STANDING__REPLACED)
        return sj_words(txn, "it was superseded by %s: correct that one",
                        sj_hex(txn, old->superseded_by.data));
    return NULL;
}

static sj_status
reissue(sj_txn *txn, const sj_command *cmd, sj_reply *reply, const certificate_ref *old_ref,
        certificate_row *old, const char *lang, const char *reason)
{
    certificate_decision decision = { .ref = *old_ref,
                                      .actor = cmd->actor,
                                      .supersedes = old->id.data };
    certificate_facts facts;
    certificate_draft draft;
    const char *words;
    sj_status status;

    certificate_facts_event(txn, cmd->org, old_ref->event_id, &facts);
    certificate_facts_person(txn, old_ref->registration_id, &facts);
    if (facts.event == NULL || facts.holder == NULL) /* they were there when it was issued */
        return sj_refuse(txn, reply, SJ_INTERNAL, "the facts cannot be read");
    decision.facts = &facts;
    decision.ref.serial++; /* the one in force is the last */
    words = certificate_obstacle(txn, &facts, old_ref->kind, cmd->now_ms);
    if (words != NULL)
        return sj_refuse(txn, reply, SJ_PRECONDITION, words);
    status = certificate_issuer_obstacle(&facts, PURPOSE_CERTIFICATE, &words);
    if (status != SJ_OK)
        return sj_refuse(txn, reply, status, words);
    words = certificate_compose(txn, cmd, 0, &facts, old_ref->kind, lang, &draft);
    if (words != NULL)
        return sj_refuse(txn, reply, SJ_PRECONDITION, words);
    certificate_issue(txn, cmd, 0, &decision, &draft);
    certificate_end(txn, old_ref, old, reason, draft.intent.id);
    certificate_changed(txn, &decision.ref, draft.intent.id, SIJILL__V1__CERTIFICATE_STATE__SIGNING,
                        NULL);
    return answer(txn, reply, draft.intent.id);
}

sj_status
reissue_certificate(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ReissueCertificate *in =
        sj_decode(txn, cmd, &sijill__v1__reissue_certificate__descriptor, reply);
    sj_text_result clean = SJ_TEXT_OK;
    const char *reason = NULL;
    certificate_ref ref;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_certificate_id, in->certificate_id))
        return sj_refuse_field(txn, reply, "certificate_id", "16 octets name the certificate");
    if (in->lang != NULL && !sentences_know(in->lang))
        return sj_refuse_field(txn, reply, "lang", "the language is one of ar en fr tr ru kk");
    if (in->reason != NULL)
        clean = sj_text_clean(txn, in->reason, REASON_POINTS_MAX, &reason);
    if (in->reason != NULL && reason == NULL && clean != SJ_TEXT_EMPTY)
        return sj_refuse_field(txn, reply, "reason", sj_text_words(clean));

    certificate_row *old = certificate_find(txn, cmd->org, in->certificate_id.data, &ref);

    if (old == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such certificate");
    sj_note_event(txn, ref.event_id);

    const char *words = old_obstacle(txn, old);

    if (words != NULL)
        return sj_refuse(txn, reply, SJ_PRECONDITION, words);
    return reissue(txn, cmd, reply, &ref, old, in->lang, reason);
}
