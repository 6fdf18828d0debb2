/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * suspect: what smells of presence.  A report whose headings are not known must not be taken for a
 * list of people, or for facts: who was in a waiting room would be registered, and a minute would
 * be a whole session.  It is better refused.
 */
#include "clients/upload/heads.h"

/* A column's heading has a word of joining, leaving, lasting, attending or a waiting room; what
 * ends with a question mark or is longer is a question that somebody asked. */
bool suspect_heading(const char *text);
/* A cell is a time of day, with its date or without, or a length of time. */
bool suspect_value(const char *text);
