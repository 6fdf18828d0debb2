/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/upload_error.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define CODE(name) SIJILL__V1__CODE__##name

static uint32_t
code_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < api_code_count; i++)
        if (strcmp(api_code_name(api_codes[i].code), name) == 0)
            return api_codes[i].code;
    return name != NULL && strcmp(name, "USAGE") == 0 ? CODE(INVALID) : CODE(INTERNAL);
}

/* Whether the words are of a place on this machine. */
static bool
tells_place(const char *words, const upload_given *given)
{
    const char *const places[] = { given->home, given->peers, given->curve_key };

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (places[i][0] != '\0' && strstr(words, places[i]) != NULL)
            return true;
    return false;
}

bool
upload_error_read(const char *said, const upload_given *given, api_problem *wrong)
{
    json_t *root = json_loads(said, 0, NULL);
    json_t *error = json_object_get(root, "error");
    const char *words = json_string_value(json_object_get(error, "detail"));
    const char *field = json_string_value(json_object_get(error, "field"));
    uint32_t code = code_of(json_string_value(json_object_get(error, "code")));
    bool told = words != NULL;

    if (!told || (api_retry_seconds(code) == 0 && tells_place(words, given)))
        api_wrong(wrong, CODE(INTERNAL), "",
                  "the upload was cut off: send the same file again with the same Idempotency-Key");
    else if (api_retry_seconds(code) > 0) /* its words are for the machine's own command line */
        api_wrong(wrong, code, "",
                  "a service that this file needs does not answer now: send the same file again "
                  "later with the same Idempotency-Key");
    else
        api_wrong(wrong, code, field == NULL ? "" : field, words);
    json_decref(root);
    return told;
}

size_t
upload_error_line(const api_problem *wrong, char *at, size_t size)
{
    const char *field = wrong->field[0] == '\0' ? NULL : wrong->field;
    json_t *line = json_pack("{s:{s:s, s:s, s:s*}}", "error", "code", api_code_name(wrong->code),
                             "detail", wrong->words, "field", field);
    size_t used;

    if (line == NULL) /* words that were cut inside a character */
        line = json_pack("{s:{s:s, s:s}}", "error", "code", api_code_name(wrong->code), "detail",
                         "the upload was cut off");
    used = json_dumpb(line, at, size - 1, JSON_COMPACT);
    json_decref(line);
    if (used >= size)
        return 0;
    at[used] = '\n';
    return used + 1;
}
