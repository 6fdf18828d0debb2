/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * args: from argv to a command and its arguments.  Options may stand anywhere, as --name VALUE or
 * --name=VALUE; `--` ends them.
 */
#include "clients/cli/cli.h"

enum { COMMAND_WORDS_MAX = 8 };

extern const option global_options[];

/* The command with the most words that argv names; NULL: none.  words: where in argv they stand. */
const command *command_find(const command *commands, int argc, char **argv, int *words,
                            size_t *word_count);
/* Fill c->arguments for c->command; false: words were said, exit with EXIT_USAGE. */
bool args_read(cli *c, int argc, char **argv, const int *words, size_t word_count);

/* Who --actor says that we act for; NULL: it was not given, or is an option of the command's own
 * that means another thing. */
const char *actor_given(const cli *c);

/* Decimal digits only. */
bool number_read(const char *text, uint64_t max, uint64_t *out);
