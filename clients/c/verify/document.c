/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/verify/document.h"

#include <stdarg.h>
#include <stdio.h>

#include "proto/credential/timestamp.h"

void
check_set(sj_check *check, sj_check_result result, const char *format, ...)
{
    va_list arguments;
    size_t length;

    check->result = result;
    va_start(arguments, format);
    (void) vsnprintf(check->words, sizeof check->words, format, arguments);
    va_end(arguments);
    /* A text cut off in the middle of a character is no longer UTF-8. */
    length = strlen(check->words);
    for (size_t at = 0; at < length;) {
        size_t step = sj_utf8_step(check->words + at, length - at);

        if (step == 0)
            check->words[at] = '\0';
        if (step == 0)
            return;
        at += step;
    }
}

json_t *
document_read(sj_span text, size_t limit, const char *what, sj_check *check, sj_check_result result)
{
    json_error_t error;
    json_t *root;

    if (text.length > limit) {
        check_set(check, result, "%s is larger than %zu KiB", what, limit / 1024);
        return NULL;
    }
    root = json_loadb(text.at, text.length, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        check_set(check, result, "%s is not JSON: error at line %d, column %d%s", what, error.line,
                  error.column,
                  json_error_code(&error) == json_error_duplicate_key ? ", a name occurs twice"
                                                                      : "");
    else if (!json_is_object(root))
        check_set(check, result, "%s is JSON, but no object", what);
    else
        return root;
    json_decref(root);
    return NULL;
}

const char *
member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool
is_text(const json_t *value, const char *text)
{
    const char *found = json_string_value(value);

    return found != NULL && strcmp(found, text) == 0;
}

bool
member_has(const json_t *object, const char *name, const char *text)
{
    const json_t *value = json_object_get(object, name);

    for (size_t i = 0; i < json_array_size(value); i++)
        if (is_text(json_array_get(value, i), text))
            return true;
    return is_text(value, text);
}

const char *
document_issuer(const json_t *credential)
{
    const json_t *issuer = json_object_get(credential, "issuer");

    return json_is_object(issuer) ? member_text(issuer, "id") : json_string_value(issuer);
}

static bool
context_known(const char *context, const sj_verify_input *in)
{
    if (strcmp(context, SJ_CONTEXT_CREDENTIALS) == 0 || strcmp(context, SJ_CONTEXT_BADGE) == 0)
        return true;
    for (size_t i = 0; i < in->more_context_count; i++)
        if (strcmp(context, in->more_contexts[i]) == 0)
            return true;
    return false;
}

const char *
document_context_check(const json_t *credential, const sj_verify_input *in)
{
    const json_t *contexts = json_object_get(credential, "@context");

    if (!is_text(json_array_get(contexts, 0), SJ_CONTEXT_CREDENTIALS))
        return "its @context does not begin with " SJ_CONTEXT_CREDENTIALS;
    for (size_t i = 0; i < json_array_size(contexts); i++) {
        const char *context = json_string_value(json_array_get(contexts, i));

        if (context == NULL)
            return "its @context holds something other than an address";
        if (!context_known(context, in))
            return "its @context names vocabulary that is not known here, so its words could mean "
                   "anything";
    }
    return NULL;
}

/* True when the member is absent (*unix_ms stays) or a time. */
static bool
member_time(const json_t *object, const char *name, int64_t *unix_ms)
{
    const json_t *value = json_object_get(object, name);

    if (value == NULL)
        return true;
    return json_is_string(value) &&
           sj_timestamp_read(sj_span_of(json_string_value(value)), unix_ms);
}

dates_result
document_dates(const json_t *credential, int64_t now_ms)
{
    int64_t from = 0;
    int64_t until = INT64_MAX;

    if (!member_time(credential, "validFrom", &from) ||
        !member_time(credential, "validUntil", &until))
        return DATES_MALFORMED;
    if (now_ms < from)
        return DATES_EARLY;
    return now_ms < until ? DATES_GOOD : DATES_LATE;
}
