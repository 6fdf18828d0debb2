/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/head.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

static int
hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* The octet of "%41"; -1: not an escape. */
static int
escape_value(const char *at)
{
    int high = hex_value(at[1]);
    int low = high < 0 ? -1 : hex_value(at[2]);

    return low < 0 ? -1 : high * 16 + low;
}

/* How long a '.' is here, written plainly or escaped; 0: there is none. */
static size_t
dot_length(const char *at)
{
    if (*at == '.')
        return 1;
    return *at == '%' && escape_value(at) == '.' ? 3 : 0;
}

static size_t
slash_length(const char *at)
{
    if (*at == '/')
        return 1;
    if (*at != '%')
        return 0;
    int value = escape_value(at);
    return value == '/' || value == '\\' ? 3 : 0;
}

static bool
segment_is_dots(const char *at)
{
    size_t dots = 0;

    for (size_t length; dots < 3 && (length = dot_length(at)) > 0; dots++)
        at += length;
    return (dots == 1 || dots == 2) &&
           (*at == '\0' || *at == '?' || *at == ';' || slash_length(at) > 0);
}

const char *
head_target_fault(const char *target)
{
    bool in_path = true, begins = false;

    if (*target == '\0')
        return "the request line names no path";
    for (const char *at = target; *at != '\0'; at++) {
        if (isalnum((unsigned char) *at)) { /* most are */
            begins = false;
            continue;
        }
        if (*at <= ' ' || *at >= 0x7f)
            return "the path holds an octet that must be percent-encoded";
        if (*at == '#' || *at == '\\')
            return "the path holds a character that must be percent-encoded";
        if (*at == '%' && escape_value(at) < 0)
            return "a '%' is not followed by two hexadecimal digits";
        if (*at == '%' && escape_value(at) == 0)
            return "the path holds a percent-encoded NUL";
        in_path = in_path && *at != '?';
        if (in_path && begins && segment_is_dots(at))
            return "the path has a segment of dots";
        begins = slash_length(at) > 0;
        if (begins)
            at += slash_length(at) - 1;
    }
    return NULL;
}

const char *
head_target_path(const char *target)
{
    const char *path;

    if (strncasecmp(target, "http://", 7) != 0 && strncasecmp(target, "https://", 8) != 0)
        return target;
    path = strchr(strchr(target, ':') + 3, '/');
    return path == NULL ? "/" : path;
}

/* Decode up to '&', '=' or the end; the place after what was read. */
static const char *
decode_part(const char *at, const char *stops, char *to)
{
    for (; *at != '\0' && strchr(stops, *at) == NULL; at++) {
        int value = *at == '%' ? escape_value(at) : -1;

        *to++ = value >= 0 ? (char) value : *at == '+' ? ' ' : *at;
        at += value >= 0 ? 2 : 0;
    }
    *to = '\0';
    return at;
}

bool
head_parameter(const char *query, const char *name, char *to)
{
    for (const char *at = query; *at != '\0'; at++) {
        at = decode_part(at, "&=", to);
        bool found = strcmp(to, name) == 0;

        to[0] = '\0';
        if (*at == '=')
            at = decode_part(at + 1, "&", to);
        if (found)
            return true;
        if (*at == '\0')
            return false;
    }
    return false;
}

static bool
read_lower_hex(const char *at, unsigned char *to, size_t size)
{
    unsigned char any = 0;

    for (size_t i = 0; i < size; i++) {
        int high = hex_value(at[2 * i]), low = high < 0 ? -1 : hex_value(at[2 * i + 1]);

        if (low < 0 || (at[2 * i] >= 'A' && at[2 * i] <= 'F') ||
            (at[2 * i + 1] >= 'A' && at[2 * i + 1] <= 'F'))
            return false;
        to[i] = (unsigned char) (high * 16 + low);
        any |= to[i];
    }
    return size == 1 || any != 0;
}

bool
head_trace(const char *traceparent, unsigned char trace[static HEAD_TRACE_SIZE])
{
    return strlen(traceparent) == 55 && strncmp(traceparent, "00-", 3) == 0 &&
           traceparent[35] == '-' && traceparent[52] == '-' &&
           read_lower_hex(traceparent + 3, trace, 16) &&
           read_lower_hex(traceparent + 36, trace + 16, 8) &&
           read_lower_hex(traceparent + 53, trace + 24, 1);
}

bool
head_host_is_good(const char *host)
{
    for (; *host != '\0'; host++)
        if (*host <= ' ' || *host >= 0x7f || strchr("/?#@\\,\"<>^`{|}", *host) != NULL)
            return false;
    return true;
}

bool
head_forwarded(const char *value, char *to, size_t size)
{
    const char *last = strrchr(value, ',');
    char text[INET6_ADDRSTRLEN + 2];
    unsigned char address[sizeof(struct in6_addr)];
    size_t length;

    last = last == NULL ? value : last + 1;
    last += strspn(last, " \t");
    length = strcspn(last, " \t");
    if (*last == '[' && last[length - 1] == ']') {
        last++;
        length -= 2;
    }
    if (length >= sizeof(text) || last[length + strspn(last + length, " \t]")] != '\0')
        return false;
    memcpy(text, last, length);
    text[length] = '\0';
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    return inet_pton(family, text, address) == 1 &&
           inet_ntop(family, address, to, (socklen_t) size) != NULL;
}

/* Whether the parameters of one member of a list say "not this": q=0, q=0.0 ... */
static bool
is_refused(const char *at, const char *end)
{
    while (at < end && (at = memchr(at, ';', (size_t) (end - at))) != NULL) {
        at++;
        at += strspn(at, " \t");
        if ((*at == 'q' || *at == 'Q') && at[1] == '=')
            return strspn(at + 2, "0.") >= strcspn(at + 2, ", \t;");
    }
    return false;
}

bool
head_takes(const char *list, const char *coding)
{
    size_t size = strlen(coding);

    for (const char *at = list; *at != '\0'; at += *at == ',') {
        at += strspn(at, " \t");
        const char *end = at + strcspn(at, ",");

        if (strncasecmp(at, coding, size) == 0 && strchr(" \t;,", at[size]) != NULL)
            return !is_refused(at, end);
        at = end;
    }
    return false;
}

bool
head_has_word(const char *list, const char *word, const char *by)
{
    size_t size = strlen(word);

    for (const char *at = list; *at != '\0';) {
        size_t length = strcspn(at, by);

        if (length == size && strncasecmp(at, word, size) == 0)
            return true;
        at += length;
        at += strspn(at, by);
    }
    return false;
}

bool
head_length(const char *text, unsigned long long *length)
{
    *length = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned) (*text - '0');

        if (*text < '0' || *text > '9' || *length > (ULLONG_MAX - digit) / 10)
            return false;
        *length = *length * 10 + digit;
    }
    return true;
}
