/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/programmes.h"

#include "services/certificate/sentences.h"

const char *
programme_name(sj_txn *txn, uint64_t org, const char *slug, const char *lang)
{
    sj_key key = sj_key_org(org);

    sj_key_add_text(&key, slug);

    programme_row *row =
        sj_row_get(txn, TABLE_PROGRAMME, &key, &sijill__certificate__programme_row__descriptor);
    const char *name = row == NULL ? NULL : sentences_text(row->name, row->n_name, lang);

    return name == NULL ? slug : name;
}
