/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint add, list, enable, disable, remove, replay: who is told of what happens here.
 */
#include <stdio.h>

#include "clients/cli/args.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/cli/secret.h"
#include "clients/upload/times.h"

#include <sodium.h>
#include <string.h>

enum {
    DEFINE_ENDPOINT = 122,
    SET_ENDPOINT_STATE,
    REPLAY_ENDPOINT,
    LIST_ENDPOINTS = 176,
    TYPES_MAX = 64,
    TYPE_MAX = 999,
};

static const struct {
    uint32_t type;
    const char *name;
} records[] = {
    { 130, "organisation_defined" }, { 131, "programme_defined" }, { 132, "event_changed" },
    { 134, "registration_changed" }, { 135, "key_changed" },       { 136, "hook_changed" },
    { 137, "link_changed" },         { 138, "endpoint_changed" },  { 230, "verdict_changed" },
    { 330, "certificate_changed" },
};

enum { RECORDS = sizeof records / sizeof records[0] };

static int
types_read(cli *c, uint32_t types[TYPES_MAX], size_t *count)
{
    const char *text;
    size_t at = 0;

    for (*count = 0; (text = arg_next(c, "type", &at)) != NULL; ++*count) {
        uint64_t number = 0;

        for (size_t n = 0; n < RECORDS; n++)
            if (strcmp(records[n].name, text) == 0)
                number = records[n].type;
        if (*count == TYPES_MAX)
            return fail(c, EXIT_USAGE, "at most %d types; none means all", TYPES_MAX);
        if (number == 0 && (!number_read(text, TYPE_MAX, &number) || number == 0))
            return fail(c, EXIT_USAGE,
                        "--type is '%s': a record's number, or event_changed, "
                        "registration_changed, verdict_changed, certificate_changed, ...",
                        text);
        types[*count] = (uint32_t) number;
    }
    return EXIT_DONE;
}

/* What receivers check with: a secret that both have (v1), or our public key (v1a). */
typedef struct signing {
    uint8_t octets[SECRET_KEY_SIZE];
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    char shown[SECRET_TEXT_SIZE];
    bool v1a;
} signing;

static void
signing_make(signing *s, bool v1a)
{
    uint8_t whole[crypto_sign_SECRETKEYBYTES];

    memset(s, 0, sizeof *s);
    s->v1a = v1a;
    randombytes_buf(s->octets, sizeof s->octets);
    if (!v1a) {
        secret_write_key("whsec_", s->octets, sizeof s->octets, s->shown);
        return;
    }
    (void) crypto_sign_seed_keypair(s->public_key, whole, s->octets);
    sodium_memzero(whole, sizeof whole);
    secret_write_key("whpk_", s->public_key, sizeof s->public_key, s->shown);
}

static int
add(cli *c, Sijill__V1__DefineEndpoint *in, signing *s)
{
    static sealed box;
    Sijill__V1__EndpointDefined *out = NULL;
    int outcome = secret_seal(c, s->octets, sizeof s->octets, &box);
    json_t *row;

    if (outcome != EXIT_DONE)
        return outcome;
    in->has_sealed_secret = true;
    in->sealed_secret = sealed_data(&box);
    in->has_public_key = s->v1a;
    in->public_key = (ProtobufCBinaryData){ sizeof s->public_key, s->public_key };
    outcome = ask(c, DEFINE_ENDPOINT, &in->base, &sijill__v1__endpoint_defined__descriptor, &out);
    if (outcome != EXIT_DONE)
        return outcome;
    row = json_of(&out->base);
    (void) json_object_set_new(row, "url", json_text(in->url));
    (void) json_object_set_new(row, s->v1a ? "public_key" : "secret", json_string(s->shown));
    output_object(c, row);
    sijill_free(out);
    return EXIT_DONE;
}

static int
add_run(cli *c)
{
    const char *scheme = arg_text(c, "scheme");
    uint8_t id[SIJILL_ID_SIZE];
    uint32_t types[TYPES_MAX];
    Sijill__V1__DefineEndpoint in;
    signing s;
    int outcome;

    sijill__v1__define_endpoint__init(&in);
    if (scheme != NULL && strcmp(scheme, "v1") != 0 && strcmp(scheme, "v1a") != 0)
        return fail(c, EXIT_USAGE, "--scheme is '%s': v1 or v1a", scheme);
    outcome = types_read(c, types, &in.n_type);
    if (outcome != EXIT_DONE)
        return outcome;
    randombytes_buf(id, sizeof id);
    in.has_id = true;
    in.id = id_data(id);
    in.url = (char *) (uintptr_t) arg_text(c, "url");
    in.type = types;
    in.label = (char *) (uintptr_t) arg_text(c, "label");
    signing_make(&s, scheme != NULL && strcmp(scheme, "v1a") == 0);
    outcome = add(c, &in, &s);
    sodium_memzero(&s, sizeof s);
    return outcome;
}

static json_t *
endpoint_row(const Sijill__V1__Endpoint *endpoint)
{
    json_t *row = json_of(&endpoint->base);
    char text[SECRET_TEXT_SIZE], at[INSTANT_SIZE];
    static const char *const hidden[] = { "sealed_secret", "removed", "replay" };

    for (size_t n = 0; n < sizeof hidden / sizeof hidden[0]; n++)
        (void) json_object_del(row, hidden[n]);
    if (endpoint->has_public_key && endpoint->public_key.len == SECRET_KEY_SIZE) {
        secret_write_key("whpk_", endpoint->public_key.data, endpoint->public_key.len, text);
        (void) json_object_set_new(row, "public_key", json_string(text));
    }
    (void) json_object_set_new(row, "scheme", json_string(endpoint->has_public_key ? "v1a" : "v1"));
    instant_write(endpoint->created_ms, "UTC", at);
    (void) json_object_set_new(row, "created_at", json_string(at));
    return row;
}

static const column list_columns[] = {
    { "id", "ENDPOINT", 0, false },  { "url", "URL", 60, false },
    { "type", "TYPES", 30, false },  { "scheme", "SCHEME", 0, false },
    { "state", "STATE", 0, false },  { "reason", "REASON", 40, false },
    { "label", "LABEL", 30, false }, { "created_at", NULL, 0, false },
};

static int
list_run(cli *c)
{
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__ListEndpoints list;
    output *out = NULL;
    bool more = true;
    int outcome = EXIT_DONE;

    sijill__v1__list_endpoints__init(&list);
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__EndpointList *page = NULL;

        outcome = ask(c, LIST_ENDPOINTS, &list.base, &sijill__v1__endpoint_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, list_columns, sizeof list_columns / sizeof list_columns[0],
                              "nobody is told yet: `sijill endpoint add --url URL`");
        for (size_t i = 0; i < page->n_endpoint; i++)
            output_row(out, endpoint_row(page->endpoint[i]));
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        list.has_after = more;
        list.after = id_data(after);
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    return outcome;
}

static bool
id_operand(cli *c, uint8_t id[SIJILL_ID_SIZE])
{
    if (arg_operand(c, 0) != NULL)
        return id_read(c, "the endpoint's id", arg_operand(c, 0), id);
    (void) fail(c, EXIT_USAGE, "which endpoint? Give its id; `sijill endpoint list` has them");
    return false;
}

static int
change(cli *c, uint32_t type, const ProtobufCMessage *body)
{
    Sijill__V1__EndpointDefined *out = NULL;
    int outcome = ask(c, type, body, &sijill__v1__endpoint_defined__descriptor, &out);

    if (outcome == EXIT_DONE)
        output_object(c, json_of(&out->base));
    sijill_free(out);
    return outcome;
}

static int
state_change(cli *c, Sijill__V1__EndpointState state, bool remove)
{
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__SetEndpointState in;

    if (!id_operand(c, id))
        return EXIT_USAGE;
    sijill__v1__set_endpoint_state__init(&in);
    in.has_id = true;
    in.id = id_data(id);
    in.has_remove = in.remove = remove;
    in.has_state = !remove;
    in.state = state;
    in.reason = (char *) (uintptr_t) arg_text(c, "reason");
    return change(c, SET_ENDPOINT_STATE, &in.base);
}

static int
enable_run(cli *c)
{
    return state_change(c, SIJILL__V1__ENDPOINT_STATE__ENABLED, false);
}

static int
disable_run(cli *c)
{
    return state_change(c, SIJILL__V1__ENDPOINT_STATE__DISABLED, false);
}

static int
remove_run(cli *c)
{
    return state_change(c, SIJILL__V1__ENDPOINT_STATE__DISABLED, true);
}

static int
replay_run(cli *c)
{
    const char *name = arg_text(c, "service");
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__ReplayEndpoint in;
    Sijill__V1__LogPos after;

    sijill__v1__replay_endpoint__init(&in);
    sijill__v1__log_pos__init(&after);
    if (!id_operand(c, id))
        return EXIT_USAGE;
    for (int service = 1; service <= SERVICES; service++)
        if (strcmp(service_name(service), name) == 0)
            after.shard = (uint32_t) service;
    if (after.shard == 0)
        return fail(c, EXIT_USAGE, "--service is '%s': one of registration attendance certificate",
                    name);
    if (!arg_number(c, "after", 0, UINT64_MAX, 0, &after.seq))
        return EXIT_USAGE;
    after.has_shard = after.has_seq = true;
    in.has_id = true;
    in.id = id_data(id);
    in.after = &after;
    return change(c, REPLAY_ENDPOINT, &in.base);
}

static const option add_options[] = {
    { "url", "URL", "https, or http to this machine", true },
    { "type", "NAME|NUMBER", "a record that it is told of, may be given again; none: all", false },
    { "scheme", "v1|v1a", "how deliveries are signed (default v1: a secret that both have)",
      false },
    { "label", "TEXT", "whose it is, for people", false },
    { NULL, NULL, NULL, false },
};

static const option disable_options[] = {
    { "reason", "TEXT", "why, for people", false },
    { NULL, NULL, NULL, false },
};

static const option replay_options[] = {
    { "service", "NAME", "whose records: registration attendance certificate", true },
    { "after", "SEQ", "those after this sequence; 0: from the first that is kept", true },
    { NULL, NULL, NULL, false },
};

const command endpoint_commands[] = {
    { "endpoint add", NULL, "an address that is told of what happens here", add_options, add_run,
      "The secret is shown this once." },
    { "endpoint list", NULL, "who is told", NULL, list_run, NULL },
    { "endpoint enable", "ID", "tell it again", NULL, enable_run, NULL },
    { "endpoint disable", "ID", "tell it nothing until it is enabled", disable_options, disable_run,
      NULL },
    { "endpoint remove", "ID", "forget it, for good", NULL, remove_run, NULL },
    { "endpoint replay", "ID", "send again what came after a position", replay_options, replay_run,
      NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
