/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/graph_path.h"

#include <string.h>

static const char id_octets[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-_.~@=,:!*$";

static const char *
skip(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : text;
}

const char *
graph_path_clean(const char *path)
{
    size_t size;

    path = skip(path, "https://graph.microsoft.com/");
    path = skip(skip(skip(path, "/"), "v1.0/"), "beta/");
    size = strlen(path);
    if (size == 0 || size > GRAPH_PATH_MAX || path[0] == '/' || path[size - 1] == '/' ||
        strstr(path, "//") != NULL || strstr(path, "..") != NULL)
        return NULL;
    for (size_t i = 0; i < size; i++)
        if (strchr(id_octets, path[i]) == NULL && strchr("/()'", path[i]) == NULL)
            return NULL;
    return path;
}

/* Behind the name, if it stands there as a whole word of the path. */
static const char *
find_collection(const char *path, const char *collection)
{
    for (const char *at = strstr(path, collection); at != NULL; at = strstr(at + 1, collection)) {
        const char *behind = at + strlen(collection);

        if ((at == path || at[-1] == '/') && (*behind == '/' || *behind == '('))
            return behind + 1;
    }
    return NULL;
}

const char *
graph_path_id(sj_arena *arena, const char *path, const char *collection)
{
    const char *at = find_collection(path, collection);
    size_t size;
    char *id;

    if (at == NULL)
        return NULL;
    at += *at == '\'';
    size = strspn(at, id_octets);
    if (size == 0)
        return NULL;
    id = sj_arena_take(arena, size + 1);
    if (id == NULL)
        return NULL;
    memcpy(id, at, size);
    id[size] = '\0';
    return id;
}
