/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key add, list, revoke, show: API keys, and what the one is that we act as.
 */
#include <stdio.h>

#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/cli/pool.h"
#include "clients/upload/enums.h"
#include "clients/upload/times.h"

#include <sodium.h>
#include <string.h>

enum {
    ADD_KEY = 140,
    REVOKE_KEY,
    LIST_KEYS = 160,
    WHO_AM_I,
    EVENTS_MAX = 64,
    PAGE = 100,
    ROLE_NAMES_SIZE = 128,
};

/* --event, each by its name; the zone of the first is that of --from and --until.  An exit code. */
static int
events_read(cli *c, pool *memory, Sijill__V1__AddKey *add, const char **zone)
{
    ProtobufCBinaryData *list = pool_take(memory, EVENTS_MAX * sizeof *list);
    int outcome = EXIT_DONE;
    const char *slug;
    size_t at = 0;

    while (outcome == EXIT_DONE && (slug = arg_next(c, "event", &at)) != NULL) {
        Sijill__V1__EventView *view = NULL;

        if (add->n_event_id == EVENTS_MAX)
            return fail(c, EXIT_USAGE, "a key is for at most %d events: add another key",
                        EVENTS_MAX);
        outcome = event_find(c, slug, &view);
        if (outcome != EXIT_DONE)
            return outcome;
        if (view->event->time_zone != NULL && *zone == NULL)
            *zone = pool_text(memory, view->event->time_zone, strlen(view->event->time_zone));
        list[add->n_event_id].len = view->event->id.len;
        list[add->n_event_id++].data =
            (uint8_t *) pool_text(memory, (const char *) view->event->id.data, view->event->id.len);
        sijill_free(view);
    }
    add->event_id = list;
    return outcome;
}

static bool
instant_arg(cli *c, const char *name, const char *zone, protobuf_c_boolean *has, uint64_t *ms)
{
    const char *text = arg_text(c, name);
    const char *words = text == NULL ? NULL : instant_read(text, zone, ms);

    *has = text != NULL;
    if (words != NULL)
        (void) fail(c, EXIT_USAGE, "--%s is '%s': %s", name, text, words);
    return words == NULL;
}

static json_t *
instant_json(bool has, uint64_t ms)
{
    char at[INSTANT_SIZE];

    if (!has)
        return json_null();
    instant_write(ms, NULL, at);
    return json_string(at);
}

static json_t *
key_row(const Sijill__V1__Key *key)
{
    json_t *row = json_of(&key->base);

    (void) json_object_set_new(row, "from", instant_json(key->has_from_ms, key->from_ms));
    (void) json_object_set_new(row, "until", instant_json(key->has_until_ms, key->until_ms));
    (void) json_object_set_new(row, "created", instant_json(key->has_created_ms, key->created_ms));
    (void) json_object_set_new(row, "revoked", instant_json(key->has_revoked_ms, key->revoked_ms));
    return row;
}

/* The key's text, once: nobody has it afterwards but who reads it now. */
static void
key_print(const cli *c, const Sijill__V1__AddKey *add, const uint8_t secret[SIJILL_SECRET_SIZE])
{
    char text[SIJILL_KEY_SIZE];
    json_t *row;

    sijill_key_write(c->org, add->id.data, secret, text);
    if (c->json) {
        row = json_of(&add->base);
        (void) json_object_del(row, "hash");
        (void) json_object_set_new(row, "key", json_string(text));
        output_object(c, row);
    } else {
        (void) puts(text);
        note(c, "sijill: this is shown once; keep it in a file that others cannot read");
    }
    sodium_memzero(text, sizeof text);
}

static int
key_send(cli *c, Sijill__V1__AddKey *add)
{
    uint8_t id[SIJILL_ID_SIZE], secret[SIJILL_SECRET_SIZE], hash[SIJILL_SECRET_SIZE];
    int outcome;

    sijill_key_new(id, secret);
    sijill_key_hash(secret, hash);
    add->has_id = add->has_hash = true;
    add->id = id_data(id);
    add->hash = (ProtobufCBinaryData){ sizeof hash, hash };
    outcome = ask_once(c, ADD_KEY, &add->base, NULL, NULL, NULL);
    if (outcome == EXIT_DONE)
        key_print(c, add, secret);
    sodium_memzero(secret, sizeof secret);
    return outcome;
}

/* A gateway's role is of a peer, never of a key. */
static bool
is_of_keys(int role)
{
    return role != SIJILL__V1__ACCESS__ROLE__NONE && role != SIJILL__V1__ACCESS__ROLE__GATEWAY;
}

static bool
role_read(cli *c, Sijill__V1__Access__Role *role)
{
    const ProtobufCEnumDescriptor *type = &sijill__v1__access__role__descriptor;
    const char *text = arg_text(c, "role");
    char names[ROLE_NAMES_SIZE] = "", name[ROLE_NAMES_SIZE];
    int value;

    if (enum_read(type, text, &value) && is_of_keys(value)) {
        *role = (Sijill__V1__Access__Role) value;
        return true;
    }
    for (unsigned i = 0; i < type->n_values; i++) {
        size_t used = strlen(names);

        if (is_of_keys(type->values[i].value))
            (void) snprintf(names + used, sizeof names - used, "%s%s", used == 0 ? "" : ", ",
                            enum_name(type, type->values[i].value, name, sizeof name));
    }
    (void) fail(c, EXIT_USAGE, "--role is '%s': give one of %s", text, names);
    return false;
}

static int
add_run(cli *c)
{
    pool memory = { NULL };
    Sijill__V1__AddKey add;
    const char *zone = NULL;
    int outcome;

    sijill__v1__add_key__init(&add);
    if (!role_read(c, &add.role))
        return EXIT_USAGE;
    add.has_role = true;
    add.label = (char *) (uintptr_t) arg_text(c, "label");
    outcome = events_read(c, &memory, &add, &zone);
    if (outcome == EXIT_DONE && (!instant_arg(c, "from", zone, &add.has_from_ms, &add.from_ms) ||
                                 !instant_arg(c, "until", zone, &add.has_until_ms, &add.until_ms)))
        outcome = EXIT_USAGE;
    if (outcome == EXIT_DONE)
        outcome = key_send(c, &add);
    pool_empty(&memory);
    return outcome;
}

static const column list_columns[] = {
    { "id", "ID", 0, false },           { "role", "ROLE", 0, false },
    { "label", "LABEL", 40, false },    { "from", "FROM", 0, false },
    { "until", "UNTIL", 0, false },     { "created", "CREATED", 0, false },
    { "revoked", "REVOKED", 0, false }, { "event_id", NULL, 0, false },
};

static int
list_run(cli *c)
{
    output *out = NULL;
    uint8_t after[SIJILL_ID_SIZE];
    bool more = false;
    int outcome;

    do {
        Sijill__V1__ListKeys list;
        Sijill__V1__KeyList *page = NULL;

        sijill__v1__list_keys__init(&list);
        list.has_limit = true;
        list.limit = PAGE;
        list.has_after = more;
        list.after = id_data(after);
        outcome = ask(c, LIST_KEYS, &list.base, &sijill__v1__key_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, list_columns, sizeof list_columns / sizeof list_columns[0],
                              "no keys yet: `sijill key add --role ROLE`");
        for (size_t i = 0; i < page->n_key; i++)
            output_row(out, key_row(page->key[i]));
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        sijill_free(page);
    } while (more);
    if (out != NULL)
        output_close(&out);
    return outcome;
}

/* By its id, or by its text, which holds it. */
static bool
key_named(cli *c, uint8_t id[SIJILL_ID_SIZE])
{
    uint8_t secret[SIJILL_SECRET_SIZE];
    const char *text = arg_operand(c, 0);
    uint64_t org;
    bool whole = sijill_key_read(text, &org, id, secret);

    sodium_memzero(secret, sizeof secret);
    if (!whole)
        return id_read(c, "the key", text, id);
    if (org == c->org)
        return true;
    (void) fail(c, EXIT_USAGE, "the key is of organisation %llu: give --org %llu",
                (unsigned long long) org, (unsigned long long) org);
    return false;
}

static int
revoke_run(cli *c)
{
    Sijill__V1__RevokeKey revoke;
    Sijill__V1__KeyRevoked *out = NULL;
    uint8_t id[SIJILL_ID_SIZE];
    char digits[2 * SIJILL_ID_SIZE + 1];
    int outcome;

    if (!key_named(c, id))
        return EXIT_USAGE;
    sijill__v1__revoke_key__init(&revoke);
    revoke.has_id = true;
    revoke.id = id_data(id);
    outcome =
        ask_once(c, REVOKE_KEY, &revoke.base, &sijill__v1__key_revoked__descriptor, &out, NULL);
    if (outcome == EXIT_DONE) {
        json_t *row = json_of(&out->base);

        sijill_hex(id, digits);
        (void) json_object_set_new(row, "id", json_string(digits));
        (void) json_object_set_new(row, "revoked", instant_json(true, out->revoked_ms));
        output_object(c, row);
    }
    sijill_free(out);
    return outcome;
}

static int
show_run(cli *c)
{
    Sijill__V1__WhoAmI in;
    Sijill__V1__Key *key = NULL;
    int outcome;

    sijill__v1__who_am_i__init(&in);
    if (!c->as_key)
        return fail(c, EXIT_USAGE, "which key? Give --key-file FILE; `sijill key list` has all");
    outcome = ask(c, WHO_AM_I, &in.base, &sijill__v1__key__descriptor, &key);
    if (outcome == EXIT_DONE)
        output_object(c, key_row(key));
    sijill_free(key);
    return outcome;
}

static const option add_options[] = {
    { "role", "ROLE", "owner, organiser, trainer, platform, auditor or verifier", true },
    { "label", "TEXT", "whose it is", false },
    { "event", "EVENT", "trainer: an event it is for; once for each", false },
    { "from", "TIME", "not good before; local to the first event, or with Z or an offset", false },
    { "until", "TIME", "from then on no longer good", false },
    { NULL, NULL, NULL, false },
};

static const option revoke_options[] = {
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { NULL, NULL, NULL, false },
};

const command key_commands[] = {
    { "key add", NULL, "add an API key, and print it, once", add_options, add_run,
      "docs/access.md says what each role may." },
    { "key list", NULL, "list API keys; what proves them nobody has but their holders", NULL,
      list_run, NULL },
    { "key show", NULL, "what the key of --key-file is and may", NULL, show_run, NULL },
    { "key revoke", "KEY", "revoke an API key, by its id, for good", revoke_options, revoke_run,
      NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
