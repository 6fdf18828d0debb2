/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * rows: the tables of the store, their keys, and the rows that several commands read.
 * proto/sijill/v1/certificate_store.proto says what each row is for.
 */
#include "services/core/message.h"
#include "sijill/v1/certificate_store.pb-c.h"

/* In the order of certificate_core.tables. */
enum {
    TABLE_ORGANISATION = SJ_TABLE_OWN,
    TABLE_PROGRAMME,
    TABLE_EVENT,
    TABLE_HOLDER,
    TABLE_VERDICT,
    TABLE_ISSUER,
    TABLE_CERTIFICATE,
    TABLE_NAMED,
    TABLE_INTENT,
    TABLE_TO_SIGN,
    TABLE_SIGNATURE,
    TABLE_STATUS_LIST,
    TABLE_STATUS_TAKEN,
    TABLE_STATUS_SET,
    TABLE_RELEASE,
};

enum {
    PURPOSE_CERTIFICATE = 1, /* as in signer.proto */
    PURPOSE_STATUS_LIST = 2,
    CERTIFICATE_KINDS = 4,
};

typedef Sijill__Certificate__OrganisationRow organisation_row;
typedef Sijill__Certificate__ProgrammeRow programme_row;
typedef Sijill__Certificate__EventRow event_row;
typedef Sijill__Certificate__HolderRow holder_row;
typedef Sijill__Certificate__VerdictRow verdict_row;
typedef Sijill__Certificate__IssuerRow issuer_row;
typedef Sijill__Certificate__CertificateRow certificate_row;
typedef Sijill__Certificate__NamedRow named_row;
typedef Sijill__Certificate__IntentRow intent_row;
typedef Sijill__Certificate__ToSignRow to_sign_row;
typedef Sijill__Certificate__SignatureRow signature_row;
typedef Sijill__Certificate__StatusListRow status_list_row;
typedef Sijill__Certificate__ReleaseRow release_row;
typedef Sijill__V1__CertificateKind certificate_kind;
typedef Sijill__V1__CertificateState certificate_state;

/* The place of one certificate. */
typedef struct certificate_ref {
    uint64_t org;
    uint8_t event_id[SJ_ID_SIZE];
    uint8_t registration_id[SJ_ID_SIZE];
    certificate_kind kind;
    uint32_t serial;
} certificate_ref;

sj_key certificate_event_key(uint64_t org, const uint8_t event_id[SJ_ID_SIZE]);
/* Of holder and verdict. */
sj_key certificate_person_key(uint64_t org, const uint8_t event_id[SJ_ID_SIZE],
                              const uint8_t registration_id[SJ_ID_SIZE]);
sj_key certificate_key(const certificate_ref *ref);
sj_key certificate_named_key(uint64_t org, const uint8_t id[SJ_ID_SIZE]);
/* Of intent, to_sign and signature. */
sj_key certificate_intent_key(uint64_t org, uint64_t seq, uint32_t n);
sj_key certificate_list_key(uint64_t org, uint32_t list);
sj_key certificate_release_key(uint64_t org, uint64_t due_ms, const uint8_t event_id[SJ_ID_SIZE],
                               const uint8_t registration_id[SJ_ID_SIZE]);

/* The place that a key of table certificate says. */
certificate_ref certificate_ref_of_key(sj_bytes key);

/* What an id names; NULL: nothing. */
named_row *certificate_named(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE]);
/* The certificate of this id and its place; NULL: there is none. */
certificate_row *certificate_find(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE],
                                  certificate_ref *ref);
/* The newest certificate of ref's registration and kind, and its serial; NULL: there is none. */
certificate_row *certificate_newest(sj_txn *txn, certificate_ref *ref);
/* The certificate's state; *signature is the signer's answer, NULL while it is awaited. */
certificate_state certificate_state_of(sj_txn *txn, uint64_t org, const certificate_row *row,
                                       signature_row **signature);

/* The key that signs for a purpose now; NULL: none was adopted. */
const Sijill__V1__IssuerKey *certificate_current_key(const issuer_row *issuer, uint32_t purpose);

/* Octets as protobuf data; borrows. */
ProtobufCBinaryData certificate_data(const void *at, size_t size);

/* The message of a record of another service's feed; NULL: a fault, and reply->status is
 * what to return. */
void *certificate_record(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
                         sj_reply *reply);
