/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/facts.h"

#include <string.h>

void
certificate_facts_event(sj_txn *txn, uint64_t org, const uint8_t event_id[SJ_ID_SIZE],
                        certificate_facts *facts)
{
    sj_key own = sj_key_org(org);
    sj_key key = certificate_event_key(org, event_id);

    *facts = (certificate_facts){ .org = org };
    memcpy(facts->event_id, event_id, SJ_ID_SIZE);
    facts->organisation = sj_row_get(txn, TABLE_ORGANISATION, &own,
                                     &sijill__certificate__organisation_row__descriptor);
    facts->issuer =
        sj_row_get(txn, TABLE_ISSUER, &own, &sijill__certificate__issuer_row__descriptor);
    facts->event = sj_row_get(txn, TABLE_EVENT, &key, &sijill__certificate__event_row__descriptor);
}

void
certificate_facts_person(sj_txn *txn, const uint8_t registration_id[SJ_ID_SIZE],
                         certificate_facts *facts)
{
    sj_key key = certificate_person_key(facts->org, facts->event_id, registration_id);

    memcpy(facts->registration_id, registration_id, SJ_ID_SIZE);
    facts->holder =
        sj_row_get(txn, TABLE_HOLDER, &key, &sijill__certificate__holder_row__descriptor);
    facts->verdict =
        sj_row_get(txn, TABLE_VERDICT, &key, &sijill__certificate__verdict_row__descriptor);
}
