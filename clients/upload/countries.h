/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * countries: ISO 3166-1 as the system's time zone data lists it (iso3166.tab).
 */
#include <stdbool.h>

/* A code in either case, or the English name as listed there; code gets two capitals.  Without the
 * list any two letters pass, and the service decides. */
bool country_read(const char *text, char code[3]);
