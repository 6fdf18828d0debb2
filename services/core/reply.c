/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/command.h"

#include "services/core/message.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const sj_route *
sj_route_find(const sj_route *routes, uint32_t type)
{
    for (const sj_route *route = routes; route->handle != NULL; route++)
        if (route->type == type)
            return route;
    return NULL;
}

sj_status
sj_refuse(sj_txn *txn, sj_reply *reply, sj_status status, const char *words)
{
    assert(!sj_txn_wrote(txn) || sj_txn_fault(txn) != SJ_FAULT_NONE);
    assert(status != SJ_OK);
    *reply = (sj_reply){ .status = status, .detail = words };
    return status;
}

sj_status
sj_refuse_field(sj_txn *txn, sj_reply *reply, const char *field, const char *words)
{
    sj_status status = sj_refuse(txn, reply, SJ_INVALID, words);

    reply->field = field;
    return status;
}

bool
sj_revision_holds(sj_txn *txn, const sj_command *cmd, uint64_t revision, sj_reply *reply)
{
    if (cmd->if_revision == 0 || cmd->if_revision == revision)
        return true;
    if (revision == 0)
        (void) sj_refuse(txn, reply, SJ_NOT_FOUND,
                         "there is nothing yet that could be at if_revision; leave it out to make "
                         "something new");
    else
        (void) sj_refuse(txn, reply, SJ_STALE,
                         sj_words(txn,
                                  "it was changed meanwhile and is at revision %llu: read it, "
                                  "decide again",
                                  (unsigned long long) revision));
    return false;
}

sj_status
sj_accept(sj_txn *txn, sj_reply *reply, const ProtobufCMessage *body)
{
    *reply = (sj_reply){ .status = SJ_OK };
    if (body != NULL)
        reply->body = sj_pack(txn, body);
    return SJ_OK;
}

const char *
sj_words(sj_txn *txn, const char *format, ...)
{
    char *words = sj_arena_take(sj_txn_arena(txn), SJ_DETAIL_MAX);
    va_list arguments;

    if (words == NULL)
        return "the command needs more memory than a command may have";
    va_start(arguments, format);
    (void) vsnprintf(words, SJ_DETAIL_MAX, format, arguments);
    va_end(arguments);
    return words;
}
