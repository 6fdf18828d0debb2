/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/address.h"

#include <stddef.h>
#include <string.h>

/* The host and what follows it; NULL: neither http nor https. */
static const char *
behind_scheme(const char *url, bool *secure)
{
    static const char https[] = "https://", http[] = "http://";

    *secure = strncmp(url, https, sizeof https - 1) == 0;
    if (*secure)
        return url + sizeof https - 1;
    return strncmp(url, http, sizeof http - 1) == 0 ? url + sizeof http - 1 : NULL;
}

/* 0: none, or one that does not end. */
static size_t
host_size(const char *host)
{
    size_t size = strcspn(host, host[0] == '[' ? "]/?#" : ":/?#");

    if (host[0] != '[')
        return size;
    return size > 1 && host[size] == ']' ? size + 1 : 0;
}

static bool
host_is(const char *host, const char *name)
{
    size_t size = host_size(host);

    return size == strlen(name) && memcmp(host, name, size) == 0;
}

static bool
digits_and_dots(const char *at, size_t size)
{
    for (size_t n = 0; n < size; n++)
        if (at[n] != '.' && (at[n] < '0' || at[n] > '9'))
            return false;
    return true;
}

/* "127.example.org" is no address of this machine. */
static bool
host_is_here(const char *host)
{
    return host_is(host, "localhost") || host_is(host, "[::1]") ||
           (strncmp(host, "127.", 4) == 0 && digits_and_dots(host, host_size(host)));
}

static bool
port_plausible(const char *at)
{
    size_t size;

    if (*at != ':')
        return *at == '\0' || strchr("/?#", *at) != NULL;
    at++;
    size = strcspn(at, "/?#");
    return size > 0 && size <= 5 && strspn(at, "0123456789") == size;
}

bool
address_plausible(const char *url)
{
    bool secure;
    const char *host = behind_scheme(url, &secure);

    if (host == NULL || host_size(host) == 0 || host[0] == '.')
        return false;
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || *at == '"' || *at == '<' || *at == '>' || *at == '\\')
            return false;
    if (memchr(host, '@', strcspn(host, "/?#")) != NULL)
        return false;
    return port_plausible(host + host_size(host));
}

bool
address_private(const char *url)
{
    bool secure;
    const char *host = behind_scheme(url, &secure);

    return address_plausible(url) && host != NULL && (secure || host_is_here(host));
}
