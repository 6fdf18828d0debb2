/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * log: one logfmt line per fact, to stderr, where systemd or a terminal keeps it.
 *
 *   ts=2025-03-01T09:30:00.125Z level=warn evt=commit.slow req=0195… ms=412
 *
 * The event id is stable: people search and alert on it, so it never holds a value.  The text after
 * it is key=value.  Never log names, addresses or keys.  Cores do not log, they answer.
 */

typedef enum { SJ_LOG_DEBUG, SJ_LOG_INFO, SJ_LOG_WARN, SJ_LOG_ERROR } sj_log_level;

/* A line is at most this long, newline included: one write(2) to a pipe is then never torn apart.
 */
enum { SJ_LOG_LINE_MAX = 4096 };

/* Lines below level are dropped from now on; at the start it is SJ_LOG_INFO. */
void sj_log_threshold(sj_log_level level);

/* Write one line.  Bytes outside printable ASCII appear as \xNN, so a value can neither end the
 * line nor command a terminal; a line that is too long ends with cut=1.  errno survives. */
void sj_log(sj_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
