/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/routes.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ROUTES_MAX = 128 };

static int
hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

bool
api_unescape(const char *from, size_t size, bool plus, char *to, size_t room)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        char letter = from[i] == '+' && plus ? ' ' : from[i];

        if (letter == '%') {
            int high = i + 2 < size ? hex_digit(from[i + 1]) : -1;
            int low = i + 2 < size ? hex_digit(from[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            letter = (char) (high << 4 | low);
            i += 2;
        }
        if (letter == '\0' || count + 1 >= room)
            return false;
        to[count++] = letter;
    }
    to[count] = '\0';
    return true;
}

/* A segment of a path, without its slash. */
static size_t
segment(const char *at)
{
    return strcspn(at, "/");
}

/* Whether a path is of this template; values, when asked for, in the order in which they come. */
static bool
path_fits(const char *template, const char *path, const char *values[], size_t sizes[])
{
    size_t count = 0;

    for (; *template != '\0'; template ++, path++) {
        if (*template != '{') {
            if (*template != *path)
                return false;
            continue;
        }
        values[count] = path;
        sizes[count] = segment(path);
        if (sizes[count] == 0)
            return false;
        path += sizes[count++] - 1;
        template += segment(template) - 1;
    }
    return *path == '\0';
}

/* Segments that are words go before segments that are parameters: how many words a template has. */
static unsigned
word_count(const char *template)
{
    unsigned words = 0;

    while (*template == '/') {
        words += *++template != '{';
        template += segment(template);
    }
    return words;
}

/* The place of a parameter among those of the template. */
static size_t
place_of(const char *template, const char *name)
{
    size_t place = 0, size = strlen(name);

    for (const char *at = strchr(template, '{'); at != NULL; at = strchr(at + 1, '{'), place++)
        if (strncmp(at + 1, name, size) == 0 && at[1 + size] == '}')
            return place;
    return API_PARAMETERS_MAX;
}

static void
take_words(api_match *match, const char *const values[], const size_t sizes[])
{
    const api_route *route = match->route;

    for (size_t i = 0; i < API_PARAMETERS_MAX && route->parameters[i].name != NULL; i++) {
        size_t place = place_of(route->path, route->parameters[i].name);

        if (!api_unescape(values[place], sizes[place], false, match->word[i], API_WORD_SIZE))
            match->wrong = "a part of the path is too long, or its percent-escapes are broken";
    }
}

static void
allow(api_match *match, const char *method)
{
    size_t used = strlen(match->allow);

    (void) snprintf(match->allow + used, sizeof match->allow - used, "%s%s", used > 0 ? ", " : "",
                    method);
    if (strcmp(method, "GET") == 0)
        allow(match, "HEAD");
}

static unsigned
depth_of(const char *path)
{
    unsigned slashes = 0;

    for (; *path != '\0'; path++)
        slashes += *path == '/';
    return slashes;
}

/* What tells most routes from a path, without a look at their templates; made once. */
typedef struct route_shape {
    unsigned depth, words;
    const char *last; /* word; NULL: the last segment is a parameter */
    size_t last_size;
} route_shape;

static const route_shape *
route_shapes(void)
{
    static route_shape shapes[ROUTES_MAX];

    for (size_t i = 0; api_routes[i].method != NULL && shapes[i].depth == 0; i++) {
        const char *path = api_routes[i].path, *last = strrchr(path, '/') + 1;

        assert(i < ROUTES_MAX - 1);
        shapes[i] = (route_shape){ depth_of(path), word_count(path), *last == '{' ? NULL : last,
                                   strlen(last) };
    }
    return shapes;
}

typedef struct path_look {
    const char *path, *last;
    size_t last_size;
    unsigned depth;
    const char *values[API_PARAMETERS_MAX];
    size_t sizes[API_PARAMETERS_MAX];
} path_look;

static bool
route_fits(path_look *look, const api_route *route, const route_shape *shape)
{
    return shape->depth == look->depth &&
           (shape->last == NULL || (shape->last_size == look->last_size &&
                                    memcmp(shape->last, look->last, look->last_size) == 0)) &&
           path_fits(route->path, look->path, look->values, look->sizes);
}

/* The methods of the path, where it has not the one that is wanted. */
static void
allow_all(api_match *match, path_look *look, unsigned words)
{
    const route_shape *shape = route_shapes();

    for (const api_route *route = api_routes; route->method != NULL; route++, shape++)
        if (shape->words == words && route_fits(look, route, shape))
            allow(match, route->method);
}

void
api_find(const char *method, const char *path, api_match *match)
{
    const route_shape *shape = route_shapes();
    const char *slash = strrchr(path, '/');
    path_look look = { .path = path,
                       .last = slash == NULL ? path : slash + 1,
                       .last_size = strlen(slash == NULL ? path : slash + 1),
                       .depth = depth_of(path) };
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    unsigned best = 0;

    match->route = NULL;
    match->allow[0] = '\0';
    match->wrong = NULL;
    for (const api_route *route = api_routes; route->method != NULL; route++, shape++) {
        if (shape->words < best || !route_fits(&look, route, shape))
            continue;
        if (shape->words > best) /* what fitted before fitted less */
            match->route = NULL;
        best = shape->words;
        if (strcmp(route->method, wanted) == 0)
            match->route = route;
    }
    if (match->route == NULL) {
        allow_all(match, &look, best);
    } else {
        (void) path_fits(match->route->path, path, look.values, look.sizes);
        take_words(match, look.values, look.sizes);
    }
}

bool
api_is_queried(const api_route *route, const ProtobufCFieldDescriptor *field)
{
    if (route->body != NULL || (route->flags & API_WRITE) != 0 ||
        field->type == PROTOBUF_C_TYPE_MESSAGE || field->label == PROTOBUF_C_LABEL_REPEATED)
        return false;
    for (size_t i = 0; i < API_PARAMETERS_MAX && route->parameters[i].name != NULL; i++) {
        const char *bound = route->parameters[i].field;

        if (strcmp(bound, field->name) == 0)
            return false;
        if (strcmp(bound, "event_id") == 0 && strcmp(field->name, "slug") == 0)
            return false; /* {event} is either */
    }
    return strcmp(field->name, "email") != 0; /* addresses are logged on their way */
}
