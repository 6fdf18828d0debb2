/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/applicant.h"

#include "services/core/text.h"
#include "services/registration/form.h"
#include "services/registration/who.h"

#include <assert.h>
#include <string.h>

enum { MENDED_MAX = 4 * SJ_TEXT_POINTS_MAX }; /* octets */

/* By the contract's own list of fields, so that a new one is cleaned and compared as well. */
char **
applicant_text(Sijill__V1__Person *person, unsigned n)
{
    const ProtobufCFieldDescriptor *field = &sijill__v1__person__descriptor.fields[n];

    assert(sijill__v1__person__descriptor.n_fields == APPLICANT_TEXTS && n < APPLICANT_TEXTS);
    assert(field->type == PROTOBUF_C_TYPE_STRING && field->label == PROTOBUF_C_LABEL_OPTIONAL);
    return (char **) (void *) ((char *) person + field->offset);
}

static const char *
person_field(sj_txn *txn, unsigned n)
{
    return sj_words(txn, "person.%s", sijill__v1__person__descriptor.fields[n].name);
}

static bool
clean_email(sj_txn *txn, Sijill__V1__Person *person, sj_reply *reply)
{
    if (person->email == NULL || person->email[0] == '\0') {
        person->email = NULL;
        return true;
    }

    const char *normal = sj_email_normal(txn, person->email);

    if (normal == NULL) {
        (void) sj_refuse_field(txn, reply, "person.email", "is no e-mail address");
        return false;
    }
    form_set(&person->email, normal);
    return true;
}

static bool
clean_person(sj_txn *txn, Sijill__V1__Person *person, bool *marks_dropped, sj_reply *reply)
{
    const char *words;

    if (!clean_email(txn, person, reply))
        return false;
    for (unsigned n = 0; n < APPLICANT_TEXTS; n++) {
        char **text = applicant_text(person, n);

        if (text != &person->email && text != &person->country && text != &person->language &&
            !form_text(txn, text, SJ_TEXT_POINTS_MAX, marks_dropped, &words)) {
            (void) sj_refuse_field(txn, reply, person_field(txn, n), words);
            return false;
        }
    }
    if (!form_country(&person->country)) {
        (void) sj_refuse_field(txn, reply, "person.country",
                               "is no country of ISO 3166-1 in two letters");
        return false;
    }
    if (person->language != NULL && person->language[0] == '\0')
        person->language = NULL;
    if (person->language != NULL && !form_lang(person->language)) {
        (void) sj_refuse_field(txn, reply, "person.language",
                               "is no language tag such as ar or en");
        return false;
    }
    return true;
}

void
applicant_mend(sj_txn *txn, Sijill__V1__Person *person)
{
    sj_arena *arena = sj_txn_arena(txn);

    for (unsigned n = 0; n < APPLICANT_TEXTS; n++) {
        char **text = applicant_text(person, n);

        if (*text != NULL && text != &person->email)
            form_set(text, sj_text_mend(arena, (sj_bytes){ *text, strlen(*text) },
                                        SJ_TEXT_POINTS_MAX, MENDED_MAX));
    }
    if (person->email != NULL)
        form_set(&person->email, sj_email_normal(txn, person->email));
    if (!form_country(&person->country))
        person->country = NULL;
    if (person->language != NULL && !form_lang(person->language))
        person->language = NULL;
}

/* Whose registration it is must be clear: an e-mail, or the id that a source gives. */
static bool
clean_identity(sj_txn *txn, Sijill__V1__Register *in, bool *marks_dropped, sj_reply *reply)
{
    const char *words;

    if (!form_text(txn, &in->source, SJ_TEXT_POINTS_MAX, marks_dropped, &words)) {
        (void) sj_refuse_field(txn, reply, "source", words);
        return false;
    }
    if (!form_text(txn, &in->external_id, SJ_TEXT_POINTS_MAX, marks_dropped, &words)) {
        (void) sj_refuse_field(txn, reply, "external_id", words);
        return false;
    }
    /* NFC may have made them longer than the wire allows */
    if ((in->source != NULL && strlen(in->source) > WHO_PART_MAX) ||
        (in->external_id != NULL && strlen(in->external_id) > WHO_PART_MAX)) {
        (void) sj_refuse_field(txn, reply, "external_id", "is too long, as is or with its source");
        return false;
    }
    if (in->external_id != NULL && in->source == NULL) {
        (void) sj_refuse_field(txn, reply, "source", "say whose external_id this is");
        return false;
    }
    if (in->person->email == NULL && in->external_id == NULL) {
        (void) sj_refuse_field(txn, reply, "person.email",
                               "give an e-mail, or source and external_id");
        return false;
    }
    if (in->person->name == NULL) {
        (void) sj_refuse_field(txn, reply, "person.name", "a name is needed");
        return false;
    }
    return true;
}

bool
applicant_clean(sj_txn *txn, Sijill__V1__Register *in, bool *marks_dropped, sj_reply *reply)
{
    *marks_dropped = false;
    if (in->person == NULL) {
        (void) sj_refuse_field(txn, reply, "person", "who registers?");
        return false;
    }
    if (in->has_mode && in->mode == SIJILL__V1__MODE__HYBRID) {
        (void) sj_refuse_field(txn, reply, "mode", "a person comes in person or online");
        return false;
    }
    in->has_mode = in->has_mode && in->mode != SIJILL__V1__MODE__MODE_UNKNOWN;
    return clean_person(txn, in->person, marks_dropped, reply) &&
           clean_identity(txn, in, marks_dropped, reply);
}

/* Whether `said` says something, and something else than `known`. */
static bool
other(const char *said, const char *known)
{
    return said != NULL && (known == NULL || strcmp(said, known) != 0);
}

const char *
applicant_difference(sj_txn *txn, const registration_row *row, const Sijill__V1__Register *in)
{
    for (unsigned n = 0; n < APPLICANT_TEXTS; n++)
        if (other(*applicant_text(in->person, n), *applicant_text(row->person, n)))
            return person_field(txn, n);
    if (in->has_role && in->role != row->role)
        return "role";
    if (in->has_mode && in->mode != row->mode)
        return "mode";
    if (in->external_id != NULL &&
        (other(in->source, row->source) || other(in->external_id, row->external_id)))
        return "external_id";
    return NULL;
}

void
applicant_apply(registration_row *row, const Sijill__V1__Register *in)
{
    for (unsigned n = 0; n < APPLICANT_TEXTS; n++)
        if (*applicant_text(in->person, n) != NULL)
            *applicant_text(row->person, n) = *applicant_text(in->person, n);
    if (in->has_role) {
        row->has_role = true;
        row->role = in->role;
    }
    if (in->has_mode) {
        row->has_mode = true;
        row->mode = in->mode;
    }
    if (in->external_id != NULL || (in->source != NULL && row->external_id == NULL)) {
        row->source = in->source;
        row->external_id = in->external_id;
    }
}
