/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/verify/jcs_tree.h"

#include <stdlib.h>

typedef struct {
    sj_jcs jcs;
    const char *problem;
} tree;

static int
by_utf16(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;

    return sj_utf16_compare(sj_span_of(*a), sj_span_of(*b));
}

/* jansson's iterators take what they only read as if they changed it. */
static json_t *
mutable_of(const json_t *value)
{
    return (json_t *) (uintptr_t) value;
}

static bool
fits(const json_t *value, unsigned depth)
{
    if (!json_is_object(value) && !json_is_array(value))
        return true;
    if (depth == SJ_JCS_DEPTH_MAX)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!fits(json_array_get(value, i), depth + 1))
            return false;
    json_t *object = mutable_of(value);

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        if (!fits(json_object_iter_value(at), depth + 1))
            return false;
    return true;
}

/* The names of an object in their canonical order, to free; NULL when there is no memory. */
static const char **
names_sorted(const json_t *value)
{
    json_t *object = mutable_of(value);
    const char **names = calloc(json_object_size(value) + 1, sizeof names[0]);
    size_t count = 0;

    if (names == NULL)
        return NULL;
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        names[count++] = json_object_iter_key(at);
    qsort(names, count, sizeof names[0], by_utf16);
    return names;
}

static void
write_number(tree *t, const json_t *value)
{
    char text[SJ_NUMBER_SIZE];

    if (json_is_real(value)) {
        sj_number_text(json_real_value(value), text);
        sj_jcs_raw(&t->jcs, sj_span_of(text));
        return;
    }
    json_int_t number = json_integer_value(value);

    if (number < -SJ_JCS_INTEGER_MAX || number > SJ_JCS_INTEGER_MAX) {
        t->problem = "it holds an integer beyond 2^53, which has no canonical form";
        number = 0;
    }
    sj_jcs_integer(&t->jcs, number);
}

static void
write_value(tree *t, const json_t *value, const char *omit)
{
    if (json_is_object(value)) {
        const char **names = names_sorted(value);

        if (names == NULL)
            t->problem = "there is not enough memory";
        sj_jcs_object_begin(&t->jcs);
        for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
            if (omit != NULL && strcmp(names[i], omit) == 0)
                continue;
            sj_jcs_name(&t->jcs, names[i]);
            write_value(t, json_object_get(value, names[i]), NULL);
        }
        sj_jcs_object_end(&t->jcs);
        free(names);
    } else if (json_is_array(value)) {
        sj_jcs_array_begin(&t->jcs);
        for (size_t i = 0; i < json_array_size(value); i++)
            write_value(t, json_array_get(value, i), NULL);
        sj_jcs_array_end(&t->jcs);
    } else if (json_is_string(value)) {
        sj_jcs_string_span(&t->jcs,
                           (sj_span){ json_string_value(value), json_string_length(value) });
    } else if (json_is_number(value)) {
        write_number(t, value);
    } else if (json_is_boolean(value)) {
        sj_jcs_bool(&t->jcs, json_is_true(value));
    } else {
        sj_jcs_raw(&t->jcs, sj_span_of("null"));
    }
}

const char *
sj_jcs_tree(const json_t *value, const char *omit, char *buffer, size_t size, sj_span *text)
{
    tree t = { .problem = NULL };
    sj_jcs_status status;

    *text = (sj_span){ .at = NULL };
    if (!fits(value, 0))
        return "it is nested too deeply";
    sj_jcs_open(&t.jcs, buffer, size);
    write_value(&t, value, omit);
    status = sj_jcs_close(&t.jcs, text);
    return t.problem != NULL ? t.problem : sj_jcs_words(status);
}
