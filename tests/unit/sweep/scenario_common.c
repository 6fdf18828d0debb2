/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sweep/scenario.h"

#include "services/core/message.h"

enum { LIMIT_TOO_LARGE = 201 };

void
scenario_common(tape *t, const uint8_t event[SJ_ID_SIZE])
{
    Sijill__V1__ListAudit list;

    sijill__v1__list_audit__init(&list);
    tape_expect(t, SJ_OK, 952, &list.base);
    list.has_limit = true;
    list.limit = 2;
    list.has_event_id = true;
    list.event_id = sj_id_data(event);
    tape_expect(t, SJ_OK, 952, &list.base);
    list.limit = LIMIT_TOO_LARGE;
    tape_expect(t, SJ_INVALID, 952, &list.base);
}
