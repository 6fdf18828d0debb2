/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * badge_words: what a certificate calls itself, in the languages of the catalogue.
 */
#include "proto/credential/badge.h"

typedef struct {
    const char *label;    /* "Certificate of attendance" */
    const char *criteria; /* what it was given for, one sentence */
} badge_words;

/* The words of a kind in a language (BCP 47, its first part decides); English when we have none.
 * kind is one of the enum (asserted). */
const badge_words *sj_badge_words(const char *language, sj_badge_kind kind);
