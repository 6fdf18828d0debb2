/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Held back from every line, so that a cut one can still say so and end. */
static const char CUT[] = " cut=1";

typedef struct {
    char text[SJ_LOG_LINE_MAX];
    size_t used;
    size_t limit;
    int cut;
} line;

static sj_log_level threshold = SJ_LOG_INFO;

static void
line_put(line *out, const char *text, size_t length)
{
    if (out->cut || length > out->limit - out->used) {
        out->cut = 1;
        return;
    }
    memcpy(out->text + out->used, text, length);
    out->used += length;
}

static void
line_put_safe(line *out, const char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char) *at;
        char escape[4] = { '\\', 'x', digits[byte >> 4], digits[byte & 15] };

        if (byte >= 0x20 && byte < 0x7f)
            line_put(out, at, 1);
        else
            line_put(out, escape, sizeof(escape));
    }
}

static void
line_put_time(line *out)
{
    struct timespec now;
    struct tm parts;
    char text[64];

    (void) clock_gettime(CLOCK_REALTIME, &now);
    (void) gmtime_r(&now.tv_sec, &parts);
    size_t used = strftime(text, sizeof(text), "ts=%Y-%m-%dT%H:%M:%S", &parts);
    (void) snprintf(text + used, sizeof(text) - used, ".%03ldZ", now.tv_nsec / 1000000);
    line_put_safe(out, text);
}

static const char *
level_label(sj_log_level level)
{
    switch (level) {
    case SJ_LOG_DEBUG:
        return " level=debug evt=";
    case SJ_LOG_INFO:
        return " level=info evt=";
    case SJ_LOG_WARN:
        return " level=warn evt=";
    case SJ_LOG_ERROR:
        break;
    }
    return " level=error evt=";
}

static void
line_end(line *out)
{
    out->limit = sizeof(out->text);
    if (out->cut) {
        out->cut = 0;
        line_put(out, CUT, sizeof(CUT) - 1);
    }
    line_put(out, "\n", 1);
}

void
sj_log_threshold(sj_log_level level)
{
    threshold = level;
}

void
sj_log(sj_log_level level, const char *event, const char *format, ...)
{
    int saved = errno;
    line out; /* not cleared: most calls are below the threshold */
    char text[SJ_LOG_LINE_MAX];
    va_list arguments;

    if (level < threshold)
        return;
    out.used = 0;
    out.limit = SJ_LOG_LINE_MAX - sizeof(CUT);
    out.cut = 0;
    line_put_time(&out);
    line_put_safe(&out, level_label(level));
    line_put_safe(&out, event);
    va_start(arguments, format);
    if (vsnprintf(text, sizeof(text), format, arguments) < 0)
        text[0] = '\0';
    va_end(arguments);
    if (text[0] != '\0')
        line_put(&out, " ", 1);
    line_put_safe(&out, text);
    line_end(&out);
    /* A log that cannot be written must not stop the work it tells of: there is nobody to tell. */
    ssize_t written = write(STDERR_FILENO, out.text, out.used);
    (void) written;
    errno = saved;
}
