/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook add, list, rotate, retire, remove: the addresses that webinar platforms push to.
 */
#include <stdio.h>

#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/cli/secret.h"
#include "clients/upload/times.h"

#include <sodium.h>
#include <string.h>

enum {
    ADD_HOOK = 142,
    ROTATE_HOOK,
    REMOVE_HOOK,
    LIST_HOOKS = 162,
    GET_HOOK,
    SETTINGS_MAX = 8,
    KEY_MIN = 24, /* of Standard Webhooks, octets */
    KEY_MAX = 64,
};

static const char *const platforms[] = { "zoom", "webex", "bbb", "teams", "jaas", "standard" };

static bool
platform_known(const char *name)
{
    for (size_t n = 0; n < sizeof platforms / sizeof platforms[0]; n++)
        if (strcmp(platforms[n], name) == 0)
            return true;
    return false;
}

/* As each platform makes them, where one may choose. */
static void
make(const char *platform, secret *out)
{
    if (strcmp(platform, "standard") == 0) {
        uint8_t octets[SECRET_KEY_SIZE];

        memset(out, 0, sizeof *out);
        randombytes_buf(octets, sizeof octets);
        secret_write_key("whsec_", octets, sizeof octets, out->text);
        out->size = out->shown = strlen(out->text);
        sodium_memzero(octets, sizeof octets);
    } else if (strcmp(platform, "jaas") == 0) {
        secret_make(out, "whsec_", 16);
    } else {
        secret_make(out, "", SECRET_KEY_SIZE);
    }
}

static int
standard_check(cli *c, const secret *s)
{
    if (strncmp(s->text, "whpk_", strlen("whpk_")) == 0)
        return secret_is_key(s->text, "whpk_", SECRET_KEY_SIZE, SECRET_KEY_SIZE)
                   ? EXIT_DONE
                   : fail(c, EXIT_USAGE,
                          "the public key must be whpk_ and the base64 of 32 octets");
    if (secret_is_key(s->text, "whsec_", KEY_MIN, KEY_MAX))
        return EXIT_DONE;
    return fail(c, EXIT_USAGE,
                "a secret of Standard Webhooks is whsec_ and the base64 of %d to %d "
                "octets",
                KEY_MIN, KEY_MAX);
}

/* v1a: the platform signs with its private key, and gives us the public one. */
static int
key_given(cli *c, const char *platform, const char *key, secret *out)
{
    if (strcmp(platform, "standard") != 0)
        return fail(c, EXIT_USAGE, "--public-key and --scheme are for --platform standard");
    if (key == NULL)
        return fail(c, EXIT_USAGE,
                    "with --scheme v1a the platform signs with its private key: "
                    "give its public one, --public-key whpk_...");
    if (strlen(key) > SECRET_TEXT_SIZE)
        return fail(c, EXIT_USAGE, "the public key must be whpk_ and the base64 of 32 octets");
    memset(out, 0, sizeof *out);
    (void) snprintf(out->text, sizeof out->text, "%s", key);
    out->size = out->shown = strlen(out->text);
    return EXIT_DONE;
}

/* The secret that the command line says, or one by chance.  An exit code. */
static int
secret_of(cli *c, const char *platform, secret *out)
{
    const char *path = arg_text(c, "secret-file"), *token = arg_text(c, "token-file");
    const char *key = arg_text(c, "public-key"), *scheme = arg_text(c, "scheme");
    bool v1a = key != NULL || (scheme != NULL && strcmp(scheme, "v1a") == 0);
    int outcome = EXIT_DONE;

    if (scheme != NULL && !v1a && strcmp(scheme, "v1") != 0)
        return fail(c, EXIT_USAGE, "--scheme is '%s': v1 or v1a", scheme);
    if (v1a && path != NULL)
        return fail(c, EXIT_USAGE, "give --public-key or --secret-file, not both");
    if (v1a && scheme != NULL && strcmp(scheme, "v1") == 0)
        return fail(c, EXIT_USAGE, "--public-key is for --scheme v1a");
    if (v1a)
        outcome = key_given(c, platform, key, out);
    else if (path != NULL)
        outcome = secret_read(c, "--secret-file", path, out);
    else
        make(platform, out);
    if (outcome == EXIT_DONE && strcmp(platform, "standard") == 0)
        outcome = standard_check(c, out);
    if (outcome == EXIT_DONE && path == NULL &&
        (strcmp(platform, "zoom") == 0 || strcmp(platform, "jaas") == 0 ||
         strcmp(platform, "bbb") == 0))
        note(
            c,
            "sijill: %s makes its own secret: give it with --secret-file, now or with `sijill hook "
            "rotate`",
            platform);
    if (outcome == EXIT_DONE && token != NULL)
        outcome = secret_add_token(c, out, token);
    return outcome;
}

static json_t *
hook_row(const cli *c, const Sijill__V1__Hook *hook)
{
    json_t *row = json_of(&hook->base);
    char id[2 * SIJILL_ID_SIZE + 1] = "", at[INSTANT_SIZE];

    if (hook->id.len == SIJILL_ID_SIZE)
        sijill_hex(hook->id.data, id);
    (void) json_object_del(row, "sealed_secret");
    (void) json_object_del(row, "removed");
    (void) json_object_set_new(
        row, "path",
        json_sprintf("/hooks/%llu/%s/%s", (unsigned long long) c->org, hook->platform, id));
    instant_write(hook->created_ms, "UTC", at);
    (void) json_object_set_new(row, "created_at", json_string(at));
    return row;
}

/* What is shown once. */
static void
secret_show(const cli *c, const Sijill__V1__Hook *hook, const secret *s)
{
    json_t *all = hook_row(c, hook), *row = json_object();
    static const char *const shown[] = { "id", "path", "platform", "label", "event_id" };

    for (size_t n = 0; n < sizeof shown / sizeof shown[0]; n++)
        (void) json_object_set(row, shown[n], json_object_get(all, shown[n]));
    (void) json_object_set_new(row, "secret", json_stringn(s->text, s->shown));
    json_decref(all);
    output_object(c, row);
}

/* --set NAME=VALUE, as often as it is given; which names there are, registration says. */
static int
settings_read(cli *c, Sijill__V1__HookSetting *settings, Sijill__V1__HookSetting **list,
              char names[SETTINGS_MAX][64], size_t *count)
{
    const char *text;
    size_t at = 0;

    for (*count = 0; (text = arg_next(c, "set", &at)) != NULL; ++*count) {
        const char *equals = strchr(text, '=');

        if (equals == NULL || equals == text || equals - text >= 64)
            return fail(c, EXIT_USAGE, "--set is '%s': write NAME=VALUE", text);
        if (*count == SETTINGS_MAX)
            return fail(c, EXIT_USAGE, "a hook has at most %d settings", SETTINGS_MAX);
        (void) snprintf(names[*count], 64, "%.*s", (int) (equals - text), text);
        sijill__v1__hook_setting__init(&settings[*count]);
        settings[*count].name = names[*count];
        settings[*count].value = (char *) (uintptr_t) (equals + 1);
        list[*count] = &settings[*count];
    }
    return EXIT_DONE;
}

static int
hook_add(cli *c, Sijill__V1__AddHook *add, secret *s)
{
    static sealed box;
    Sijill__V1__Hook hook;
    int outcome = secret_of(c, add->platform, s);

    if (outcome == EXIT_DONE)
        outcome = secret_seal(c, s->text, s->size, &box);
    if (outcome != EXIT_DONE)
        return outcome;
    add->has_sealed_secret = true;
    add->sealed_secret = sealed_data(&box);
    outcome = ask(c, ADD_HOOK, &add->base, NULL, NULL);
    if (outcome != EXIT_DONE)
        return outcome;
    sijill__v1__hook__init(&hook);
    hook.has_id = true;
    hook.id = add->id;
    hook.platform = add->platform;
    hook.label = add->label;
    hook.has_event_id = add->has_event_id;
    hook.event_id = add->event_id;
    secret_show(c, &hook, s);
    return EXIT_DONE;
}

static int
add_run(cli *c)
{
    Sijill__V1__HookSetting settings[SETTINGS_MAX], *list[SETTINGS_MAX];
    char names[SETTINGS_MAX][64];
    uint8_t id[SIJILL_ID_SIZE], event_id[SIJILL_ID_SIZE];
    Sijill__V1__AddHook add;
    static secret s;
    int outcome;

    sijill__v1__add_hook__init(&add);
    add.platform = (char *) (uintptr_t) arg_text(c, "platform");
    if (!platform_known(add.platform))
        return fail(c, EXIT_USAGE, "--platform is '%s': one of zoom webex bbb teams jaas standard",
                    add.platform);
    outcome = settings_read(c, settings, list, names, &add.n_setting);
    if (outcome != EXIT_DONE)
        return outcome;
    if (arg_text(c, "event") != NULL) {
        outcome = event_id_find(c, event_id);
        if (outcome != EXIT_DONE)
            return outcome;
        add.has_event_id = true;
        add.event_id = id_data(event_id);
    }
    randombytes_buf(id, sizeof id);
    add.has_id = true;
    add.id = id_data(id);
    add.label = (char *) (uintptr_t) arg_text(c, "label");
    add.setting = list;
    outcome = hook_add(c, &add, &s);
    secret_wipe(&s);
    return outcome;
}

static bool
id_operand(cli *c, uint8_t id[SIJILL_ID_SIZE])
{
    if (arg_operand(c, 0) != NULL)
        return id_read(c, "the hook's id", arg_operand(c, 0), id);
    (void) fail(c, EXIT_USAGE, "which hook? Give its id; `sijill hook list` has them");
    return false;
}

static const column list_columns[] = {
    { "id", "HOOK", 0, false },        { "platform", "PLATFORM", 0, false },
    { "label", "LABEL", 40, false },   { "created_at", "CREATED", 0, false },
    { "event_id", "EVENT", 0, false }, { "path", NULL, 0, false },
};

static int
list_run(cli *c)
{
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__ListHooks list;
    output *out = NULL;
    bool more = true;
    int outcome = EXIT_DONE;

    sijill__v1__list_hooks__init(&list);
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__HookList *page = NULL;

        outcome = ask(c, LIST_HOOKS, &list.base, &sijill__v1__hook_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, list_columns, sizeof list_columns / sizeof list_columns[0],
                              "no hooks yet: `sijill hook add --platform zoom`");
        for (size_t i = 0; i < page->n_hook; i++)
            output_row(out, hook_row(c, page->hook[i]));
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

static int
rotate(cli *c, const Sijill__V1__Hook *hook, secret *s)
{
    static sealed box;
    Sijill__V1__RotateHook in;
    int outcome = secret_of(c, hook->platform, s);

    if (outcome == EXIT_DONE)
        outcome = secret_seal(c, s->text, s->size, &box);
    if (outcome != EXIT_DONE)
        return outcome;
    sijill__v1__rotate_hook__init(&in);
    in.has_id = in.has_sealed_secret = true;
    in.id = hook->id;
    in.sealed_secret = sealed_data(&box);
    outcome = ask(c, ROTATE_HOOK, &in.base, NULL, NULL);
    if (outcome == EXIT_DONE)
        secret_show(c, hook, s);
    return outcome;
}

static int
rotate_run(cli *c)
{
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__GetHook get;
    Sijill__V1__Hook *hook = NULL;
    static secret s;
    int outcome;

    if (!id_operand(c, id))
        return EXIT_USAGE;
    sijill__v1__get_hook__init(&get);
    get.has_id = true;
    get.id = id_data(id);
    outcome = ask(c, GET_HOOK, &get.base, &sijill__v1__hook__descriptor, &hook);
    if (outcome == EXIT_DONE)
        outcome = rotate(c, hook, &s);
    secret_wipe(&s);
    sijill_free(hook);
    return outcome;
}

static int
change(cli *c, uint32_t type, const ProtobufCMessage *body)
{
    Sijill__V1__HookAdded *out = NULL;
    int outcome = ask(c, type, body, &sijill__v1__hook_added__descriptor, &out);

    if (outcome == EXIT_DONE)
        output_object(c, json_of(&out->base));
    sijill_free(out);
    return outcome;
}

static int
retire_run(cli *c)
{
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__RotateHook in;

    if (!id_operand(c, id))
        return EXIT_USAGE;
    sijill__v1__rotate_hook__init(&in);
    in.has_id = in.has_retire = in.retire = true;
    in.id = id_data(id);
    return change(c, ROTATE_HOOK, &in.base);
}

static int
remove_run(cli *c)
{
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__RemoveHook in;

    if (!id_operand(c, id))
        return EXIT_USAGE;
    sijill__v1__remove_hook__init(&in);
    in.has_id = true;
    in.id = id_data(id);
    return change(c, REMOVE_HOOK, &in.base);
}

static const option add_options[] = {
    { "platform", "NAME", "zoom webex bbb teams jaas standard", true },
    { "event", "EVENT", "all its pushes are of this event, without links", false },
    { "label", "TEXT", "what it is for, for people", false },
    { "secret-file", "FILE", "the platform's secret; - for standard input; absent: made", false },
    { "token-file", "FILE", "the token with which details are fetched from the platform", false },
    { "scheme", "v1|v1a", "of Standard Webhooks (default v1)", false },
    { "public-key", "KEY", "v1a: whpk_..., the key that the platform's signatures fit", false },
    { "set", "NAME=VALUE", "a setting, may be given again; docs/webhooks.md", false },
    { NULL, NULL, NULL, false },
};

static const option rotate_options[] = {
    { "secret-file", "FILE", "the new secret; - for standard input; absent: made", false },
    { "token-file", "FILE", "the token with which details are fetched from the platform", false },
    { "scheme", "v1|v1a", "of Standard Webhooks (default v1)", false },
    { "public-key", "KEY", "v1a: whpk_..., the platform's new key", false },
    { NULL, NULL, NULL, false },
};

const command hook_commands[] = {
    { "hook add", NULL, "an address that a webinar platform pushes to", add_options, add_run,
      "The secret is shown this once." },
    { "hook list", NULL, "the hooks there are", NULL, list_run, NULL },
    { "hook rotate", "ID", "a new secret beside the one before", rotate_options, rotate_run,
      "The former secret stays good until `sijill hook retire ID`, or the next rotation." },
    { "hook retire", "ID", "the former secret is no longer good", NULL, retire_run, NULL },
    { "hook remove", "ID", "answer nothing at this address any more, for good", NULL, remove_run,
      NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
