/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * graph_path: the paths by which Microsoft Graph names what its notices are about, such as
 * "solutions/virtualEvents/webinars/ID/registrations/ID" or "...webinars('ID')/...".  They come
 * from strangers and become part of an address that is asked: only what is such a path is taken.
 */
#include "storage/arena.h"

enum { GRAPH_PATH_MAX = 512 };

/* The path without Graph's own address before it; NULL: it is none that may be asked. */
const char *graph_path_clean(const char *path);
/* The id behind a collection's name ("webinars"); NULL: there is none. */
const char *graph_path_id(sj_arena *arena, const char *path, const char *collection);
