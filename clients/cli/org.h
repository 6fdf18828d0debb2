/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * org: the organisation that everything belongs to.
 */
#include "clients/cli/cli.h"
#include "clients/cli/pool.h"

/* 0: *exists says whether the organisation is defined. */
int org_exists(cli *c, bool *exists);
int org_define(cli *c, Sijill__V1__Text **names, size_t count, const char *url,
               Sijill__V1__Defined **out);
/* --PREFIX-ar, --PREFIX-en, ...: how many were given. */
size_t args_texts(const cli *c, pool *memory, const char *prefix, Sijill__V1__Text ***texts);
