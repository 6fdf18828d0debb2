/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a request: who asks, for what, under which conditions.
 */
#include "services/gateway/api/exchange.h"

#include "services/gateway/api/json_number.h"

#include <string.h>
#include <strings.h>

#define INVALID SIJILL__V1__CODE__INVALID

static bool
refuse(api_problem *wrong, uint32_t code, const char *words)
{
    api_wrong(wrong, code, "", words);
    return false;
}

static bool
refuse_parameter(api_problem *wrong, const char *name, const char *words)
{
    api_wrong_parameter(wrong, name, words);
    return false;
}

/* "application/json", parameters or not. */
static bool
is_json(const char *type)
{
    static const char wanted[] = "application/json";
    size_t size = sizeof wanted - 1;

    return type != NULL && strncasecmp(type, wanted, size) == 0 &&
           strchr("; \t", type[size]) != NULL;
}

static bool
read_media(exchange *x, api_problem *wrong)
{
    const char *type = request_header(x->r, "Content-Type");
    const char *coding = request_header(x->r, "Content-Encoding");
    unsigned flags = x->match.route->flags;

    if (coding != NULL && strcasecmp(coding, "identity") != 0)
        return refuse(wrong, API_MEDIA, "send the body as it is, without Content-Encoding");
    if (x->match.route->body == NULL || is_json(type))
        return true;
    if ((flags & API_OPTIONAL) != 0 && type == NULL)
        return true;
    return refuse(wrong, API_MEDIA, "send a JSON object with Content-Type: application/json");
}

static bool
read_truth(exchange *x, const char *name, bool *truth, api_problem *wrong)
{
    char word[API_WORD_SIZE];
    const char *value = api_query_find(request_query(x->r), name, word, sizeof word);

    if (value == NULL)
        return true;
    *truth = strcmp(value, "true") == 0;
    if (!*truth && strcmp(value, "false") != 0)
        return refuse_parameter(wrong, name, "true or false is wanted");
    return true;
}

/* Nobody's question is to organisation 1, or to another that it names. */
static bool
read_org(exchange *x, api_problem *wrong)
{
    char word[API_WORD_SIZE];
    const char *at = api_query_find(request_query(x->r), "org", word, sizeof word);
    uint64_t org;

    if (at == NULL)
        return true;
    if (json_number(&at, at + strlen(at), UINT64_MAX, &org) != JSON_NUMBER_OK || *at != '\0' ||
        org == 0)
        return refuse_parameter(wrong, "org", "an organisation is a number from 1 on");
    if (x->who.named && org != x->who.org)
        return refuse_parameter(wrong, "org", "the key is of another organisation");
    x->who.org = org;
    return true;
}

static bool
read_conditions(exchange *x, api_problem *wrong)
{
    unsigned flags = x->match.route->flags;
    const char *if_match = request_header(x->r, "If-Match");
    const char *none_match = request_header(x->r, "If-None-Match");
    const char *words = conditions_read(&x->conditions, if_match, none_match);

    if (words != NULL)
        return refuse(wrong, INVALID, words);
    if ((flags & API_WRITE) != 0 && none_match != NULL)
        return refuse(wrong, INVALID, "If-None-Match is not for writes here; leave it out");
    if ((flags & API_EDIT) == 0 && if_match != NULL)
        return refuse(wrong, INVALID,
                      "nothing here has a revision that If-Match could name; leave it out");
    if (if_match == NULL || x->conditions.any || x->conditions.count > 0)
        return true;
    return refuse(wrong, SIJILL__V1__CODE__STALE,
                  "no entity tag in If-Match is one that was given here: read it again");
}

static bool
read_key(exchange *x, api_problem *wrong)
{
    const char *header = request_header(x->r, "Idempotency-Key");
    const char *words;

    if ((x->match.route->flags & API_WRITE) == 0 || (x->dry_run && header == NULL))
        return true;
    words = idempotency_read(&x->key, header, x->who.org, x->who.actor);
    x->has_key = words == NULL;
    return words == NULL || refuse(wrong, INVALID, words);
}

bool
exchange_read(exchange *x, api_problem *wrong)
{
    const char *words = caller_read(&x->who, request_header(x->r, "Authorization"));
    const char *seen = request_header(x->r, "Sijill-Position");

    if (words != NULL)
        return refuse(wrong, SIJILL__V1__CODE__UNAUTHENTICATED, words);
    if (x->match.wrong != NULL)
        return refuse(wrong, INVALID, x->match.wrong);
    if (!read_media(x, wrong) || !read_truth(x, "dry_run", &x->dry_run, wrong) ||
        !read_org(x, wrong) || !read_conditions(x, wrong) || !read_key(x, wrong))
        return false;
    if (x->dry_run && (x->match.route->flags & API_WRITE) == 0)
        return refuse_parameter(wrong, "dry_run", "only a write can be tried without doing it");
    if (seen != NULL && !position_read(&x->seen, seen))
        return refuse(wrong, INVALID,
                      "Sijill-Position is what an answer's header of that name "
                      "said, as it was");
    return true;
}
