/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/registry.h"

#include "services/runtime/log.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct registry {
    spool *spool;
    const seal *key;
    hook *bucket[REGISTRY_BUCKETS];
};

static const char token_mark[] = "\ntoken=";

static size_t
bucket_of(const uint8_t id[SJ_ID_SIZE])
{
    return sj_read_u64(id) % REGISTRY_BUCKETS; /* ids are chance */
}

static void
hook_empty(hook *h)
{
    for (size_t i = 0; i < h->secret_count; i++)
        sodium_free(h->secret[i]);
    for (size_t i = 0; h->setting[i] != NULL; i++)
        free(h->setting[i]);
    memset(h->setting, 0, sizeof h->setting);
    h->secret_count = 0;
    h->token = NULL;
}

static hook *
find(const registry *r, uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    hook *h = r->bucket[bucket_of(id)];

    while (h != NULL && (h->org != org || memcmp(h->id, id, sizeof h->id) != 0))
        h = h->next;
    return h;
}

const hook *
registry_find(const registry *r, uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    return find(r, org, id);
}

/* The token for fetching follows the secret in a line of its own. */
static void
split_token(hook *h, size_t n)
{
    char *text = (char *) h->secret[n];
    char *mark = memmem(text, h->secret_size[n], token_mark, sizeof token_mark - 1);

    if (mark == NULL)
        return;
    *mark = '\0';
    h->secret_size[n] = (size_t) (mark - text);
    mark += sizeof token_mark - 1;
    mark[strcspn(mark, "\r\n")] = '\0'; /* it becomes part of a header */
    if (n == 0)
        h->token = mark;
}

static void
open_secrets(const registry *r, hook *h, const Sijill__V1__Hook *news)
{
    for (size_t i = 0; i < news->n_sealed_secret && i < PLATFORM_SECRETS_MAX; i++) {
        sj_bytes sealed = { news->sealed_secret[i].data, news->sealed_secret[i].len };
        size_t n = h->secret_count;

        h->secret[n] = seal_unseal(r->key, sealed, &h->secret_size[n]);
        if (h->secret[n] == NULL) {
            sj_log(SJ_LOG_ERROR, "hook.sealed_elsewhere",
                   "words=\"a hook's secret is not sealed to this gateway's key: rotate it\"");
            continue;
        }
        h->secret_count++;
        split_token(h, n);
    }
}

static void
copy_settings(hook *h, const Sijill__V1__Hook *news)
{
    size_t count = 0;

    for (size_t i = 0; i < news->n_setting && i < REGISTRY_SETTINGS_MAX; i++) {
        const Sijill__V1__HookSetting *setting = news->setting[i];
        char *name = strdup(setting->name == NULL ? "" : setting->name);
        char *value = strdup(setting->value == NULL ? "" : setting->value);

        if (name == NULL || value == NULL) {
            free(name);
            free(value);
            return;
        }
        h->setting[count++] = name;
        h->setting[count++] = value;
    }
}

static const hook *
fill(registry *r, uint64_t org, const Sijill__V1__Hook *news)
{
    hook *h;

    if (!news->has_id || news->id.len != SJ_ID_SIZE)
        return NULL;
    h = find(r, org, news->id.data);
    if (h == NULL) {
        h = calloc(1, sizeof *h);
        if (h == NULL)
            return NULL;
        h->org = org;
        memcpy(h->id, news->id.data, sizeof h->id);
        h->next = r->bucket[bucket_of(h->id)];
        r->bucket[bucket_of(h->id)] = h;
    }
    hook_empty(h);
    h->doubted = false;
    h->platform = platform_find(news->platform == NULL ? "" : news->platform);
    h->removed = news->removed || h->platform == NULL;
    h->has_event = news->has_event_id && news->event_id.len == SJ_ID_SIZE;
    if (h->has_event)
        memcpy(h->event_id, news->event_id.data, sizeof h->event_id);
    open_secrets(r, h, news);
    copy_settings(h, news);
    return h;
}

const hook *
registry_take(registry *r, uint64_t org, const Sijill__V1__Hook *news)
{
    const hook *h = fill(r, org, news);

    if (h != NULL)
        spool_put_hook(r->spool, org, news);
    return h;
}

static void
remember(void *context, uint64_t org, const Sijill__V1__Hook *news)
{
    (void) fill(context, org, news);
}

void
registry_doubt(registry *r)
{
    for (size_t i = 0; i < REGISTRY_BUCKETS; i++)
        for (hook *h = r->bucket[i]; h != NULL; h = h->next)
            h->doubted = true;
}

void
registry_each_org(const registry *r, registry_org_fn *each, void *context)
{
    uint64_t told[REGISTRY_BUCKETS];
    size_t count = 0;

    for (size_t i = 0; i < REGISTRY_BUCKETS; i++)
        for (const hook *h = r->bucket[i]; h != NULL; h = h->next) {
            size_t n = 0;

            while (n < count && told[n] != h->org)
                n++;
            if (n == count && count < REGISTRY_BUCKETS) {
                told[count++] = h->org;
                each(context, h->org);
            }
        }
}

const char *
hook_setting(const hook *h, const char *name)
{
    for (size_t i = 0; h->setting[i] != NULL; i += 2)
        if (strcmp(h->setting[i], name) == 0)
            return h->setting[i + 1];
    return NULL;
}

registry *
registry_open(spool *s, const seal *key)
{
    registry *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->spool = s;
    r->key = key;
    spool_each_hook(s, remember, r);
    return r;
}

void
registry_close(registry **r)
{
    if (*r == NULL)
        return;
    for (size_t i = 0; i < REGISTRY_BUCKETS; i++)
        for (hook *h = (*r)->bucket[i], *next; h != NULL; h = next) {
            next = h->next;
            hook_empty(h);
            free(h);
        }
    free(*r);
    *r = NULL;
}

void
hook_describe(const hook *h, platform_delivery *in)
{
    if (h == NULL)
        return;
    in->hook_id = h->id;
    in->settings = (char *const *) h->setting;
    in->secret_count = h->secret_count;
    for (size_t i = 0; i < h->secret_count; i++)
        in->secret[i] = (sj_bytes){ h->secret[i], h->secret_size[i] };
}
