/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/mapping.h"

#include "clients/upload/fold.h"

#include <dirent.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_SIZE = 768, FILE_MAX = 64 * 1024, HASH_SIZE = 16 };

static const char SUFFIX[] = ".json";

const char *
mapping_add(mapping *m, const char *pair)
{
    char word[64];
    const char *equals = strchr(pair, '=');
    mapping_pair *next;

    if (equals == NULL || equals == pair || equals[1] == '\0')
        return "give NAME=COLUMN, such as email=\"Courriel professionnel\"";
    if (m->count == MAPPING_PAIRS_MAX)
        return "more than 32 columns are mapped";
    if ((size_t) (equals - pair) >= sizeof word || strlen(equals + 1) >= MAPPING_COLUMN_MAX)
        return "the name or the column is too long";
    memcpy(word, pair, (size_t) (equals - pair));
    word[equals - pair] = '\0';
    next = &m->pairs[m->count];
    next->which = head_of(word);
    if (next->which == HEADS)
        return "that is no name of a field; email name first_name last_name country institution "
               "position role mode language external_id join_time leave_time are";
    (void) snprintf(next->column, sizeof next->column, "%s", equals + 1);
    m->count++;
    return NULL;
}

bool
mapping_names(const mapping *m, head which)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->pairs[i].which == which)
            return true;
    return false;
}

/* A column by exactly this heading, folded; -1: there is none. */
static int
column_of(const csv *in, const char *heading)
{
    char wanted[FOLD_MAX];

    (void) fold(heading, strlen(heading), wanted);
    for (size_t i = 0; i < in->column_count; i++)
        if (strcmp(in->names[i], heading) == 0 ||
            (wanted[0] != '\0' && strcmp(in->folded + i * FOLD_MAX, wanted) == 0))
            return (int) i;
    return -1;
}

static void
header_hash(const csv *in, char out[2 * HASH_SIZE + 1])
{
    uint8_t hash[HASH_SIZE];
    crypto_generichash_state state;

    (void) crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < in->column_count; i++) {
        const char *folded = in->folded + i * FOLD_MAX;

        (void) crypto_generichash_update(&state, (const uint8_t *) folded, strlen(folded) + 1);
    }
    (void) crypto_generichash_final(&state, hash, sizeof hash);
    (void) sodium_bin2hex(out, 2 * HASH_SIZE + 1, hash, sizeof hash);
}

bool
mapping_fits(const mapping *m, const csv *in)
{
    char hash[2 * HASH_SIZE + 1];

    for (size_t i = 0; i < m->count; i++)
        if (column_of(in, m->pairs[i].column) < 0)
            return false;
    if (m->header[0] == '\0')
        return true;
    header_hash(in, hash);
    return strcmp(hash, m->header) == 0;
}

void
mapping_apply(const mapping *m, const csv *in, heads *h)
{
    for (size_t i = 0; i < m->count; i++)
        h->at[m->pairs[i].which] = column_of(in, m->pairs[i].column);
}

static bool
name_good(const char *name)
{
    return name[0] != '\0' && strlen(name) <= MAPPING_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               strlen(name);
}

const char *
mapping_save(const mapping *m, const char *home, const char *name, const csv *in)
{
    char path[PATH_MAX_SIZE];
    char fresh[PATH_MAX_SIZE + sizeof ".new"];
    char hash[2 * HASH_SIZE + 1];
    json_t *columns;
    json_t *document;
    bool good;

    if (!name_good(name))
        return "a mapping's name is of letters, digits, - and _, at most 64";
    if (snprintf(path, sizeof path, "%s/mappings", home) >= (int) sizeof path - 80)
        return "the home's path is too long";
    (void) mkdir(path, 0700);
    (void) snprintf(path, sizeof path, "%s/mappings/%s%s", home, name, SUFFIX);
    (void) snprintf(fresh, sizeof fresh, "%s.new", path);
    header_hash(in, hash);
    columns = json_object();
    for (size_t i = 0; i < m->count; i++)
        (void) json_object_set_new(columns, head_word(m->pairs[i].which),
                                   json_string(m->pairs[i].column));
    document = json_pack("{s:s, s:o}", "header", hash, "columns", columns);
    good = document != NULL && json_dump_file(document, fresh, JSON_INDENT(2)) == 0 &&
           rename(fresh, path) == 0;
    json_decref(document);
    return good ? NULL : "the mapping cannot be written under the home: may you write there?";
}

const char *
mapping_load(mapping *m, const char *home, const char *name)
{
    char path[PATH_MAX_SIZE];
    char pair[MAPPING_COLUMN_MAX + 64];
    json_t *document;
    const char *key;
    json_t *value;
    const char *wrong = NULL;

    memset(m, 0, sizeof *m);
    if (!name_good(name) ||
        snprintf(path, sizeof path, "%s/mappings/%s%s", home, name, SUFFIX) >= (int) sizeof path)
        return "a mapping's name is of letters, digits, - and _, at most 64";
    document = json_load_file(path, 0, NULL);
    if (document == NULL)
        return "there is no such mapping: --save-mapping makes one";
    (void) snprintf(m->header, sizeof m->header, "%s",
                    json_is_string(json_object_get(document, "header"))
                        ? json_string_value(json_object_get(document, "header"))
                        : "");
    json_object_foreach(json_object_get(document, "columns"), key, value)
    {
        (void) snprintf(pair, sizeof pair, "%s=%s", key,
                        json_is_string(value) ? json_string_value(value) : "");
        if (wrong == NULL)
            wrong = mapping_add(m, pair);
    }
    json_decref(document);
    return wrong == NULL && m->count == 0 ? "the mapping names no columns" : wrong;
}

static int
names_compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool
mapping_search(const char *home, char name[MAPPING_NAME_MAX + 1],
               bool (*each)(void *context, const mapping *m), void *context)
{
    char path[PATH_MAX_SIZE];
    struct dirent **entries = NULL;
    bool found = false;
    int count;

    if (snprintf(path, sizeof path, "%s/mappings", home) >= (int) sizeof path)
        return false;
    count = scandir(path, &entries, NULL, names_compare);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name);
        mapping m;

        if (!found && length > sizeof SUFFIX - 1 &&
            length - (sizeof SUFFIX - 1) <= MAPPING_NAME_MAX &&
            strcmp(entries[i]->d_name + length - (sizeof SUFFIX - 1), SUFFIX) == 0) {
            memcpy(name, entries[i]->d_name, length - (sizeof SUFFIX - 1));
            name[length - (sizeof SUFFIX - 1)] = '\0';
            found = mapping_load(&m, home, name) == NULL && each(context, &m);
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}
