/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * registry: the hooks that deliveries come to, with their secrets opened.  registration owns them;
 * here is what the spool remembers of them, so that deliveries are taken while registration is
 * down.
 */
#include "services/gateway/hooks/seal.h"
#include "services/gateway/hooks/spool.h"
#include "services/gateway/platform/platform.h"

enum { REGISTRY_SETTINGS_MAX = 8, REGISTRY_BUCKETS = 1024 };

typedef struct hook {
    uint64_t org;
    uint8_t id[SJ_ID_SIZE];
    const platform *platform;
    bool removed;
    bool doubted; /* registration may have said more of it than was heard: ask again */
    bool has_event;
    uint8_t event_id[SJ_ID_SIZE];
    size_t secret_count;
    unsigned char *secret[PLATFORM_SECRETS_MAX]; /* sodium_malloc, NUL behind */
    size_t secret_size[PLATFORM_SECRETS_MAX];
    const char *token; /* for fetching, in secret[0]; NULL: none */
    char *setting[2 * REGISTRY_SETTINGS_MAX + 1];
    struct hook *next;
} hook;

typedef struct registry registry;

/* With all hooks of the spool; both must outlive it. */
registry *registry_open(spool *s, const seal *key);
void registry_close(registry **r);

/* NULL: not known here; a removed one is known. */
const hook *registry_find(const registry *r, uint64_t org, const uint8_t id[SJ_ID_SIZE]);
/* As registration says it is now: kept here and in the spool. */
const hook *registry_take(registry *r, uint64_t org, const Sijill__V1__Hook *news);
/* The feed lost its place: all hooks are asked for again when they are used. */
void registry_doubt(registry *r);
/* Organisations that have hooks, each once. */
typedef void registry_org_fn(void *context, uint64_t org);
void registry_each_org(const registry *r, registry_org_fn *each, void *context);
/* What a hook says about what comes to it: id, secrets and settings; h NULL: nothing. */
void hook_describe(const hook *h, platform_delivery *in);
/* A hook's setting; NULL: not set. */
const char *hook_setting(const hook *h, const char *name);
