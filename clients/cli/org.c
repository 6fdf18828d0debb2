/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/org.h"

#include "clients/cli/commands.h"
#include "clients/cli/draft.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"

#include <string.h>

/* --name-xx TEXT of the command line, for each language. */
static const char *const langs[] = { "ar", "en", "fr", "tr", "ru", "kk" };

enum { LANGS = sizeof langs / sizeof langs[0] };

size_t
args_texts(const cli *c, pool *memory, const char *prefix, Sijill__V1__Text ***texts)
{
    size_t count = 0;

    *texts = pool_take(memory, LANGS * sizeof **texts);
    for (size_t i = 0; i < LANGS; i++) {
        const char *words = arg_text(c, pool_print(memory, "%s-%s", prefix, langs[i]));

        if (words == NULL)
            continue;

        Sijill__V1__Text *text = pool_take(memory, sizeof *text);

        sijill__v1__text__init(text);
        text->lang = pool_text(memory, langs[i], 2);
        text->text = pool_text(memory, words, strlen(words));
        (*texts)[count++] = text;
    }
    return count;
}

/* A programme that is not defined, in a dry run, tells by its refusal whether there is an
 * organisation. */
int
org_exists(cli *c, bool *exists)
{
    Sijill__V1__DefineProgramme probe;
    Sijill__V1__Text name;
    Sijill__V1__Text *names[] = { &name };
    char slug[] = "probe";
    char lang[] = "en";
    sijill_request request = { .type = 101, .body = &probe.base, .dry_run = true };
    sijill_reply reply;

    sijill__v1__text__init(&name);
    name.lang = lang;
    name.text = slug;
    sijill__v1__define_programme__init(&probe);
    probe.slug = slug;
    probe.kind = NULL;
    probe.name = names;
    probe.n_name = 1;
    (void) sijill_call(service_of(c, REGISTRATION), &request, &reply);
    if (exit_of(reply.code) == EXIT_UNREACHABLE)
        return fail_reply(c, REGISTRATION, &reply);
    *exists =
        reply.code != SIJILL__V1__CODE__PRECONDITION && reply.code != SIJILL__V1__CODE__NOT_FOUND;
    return EXIT_DONE;
}

int
org_define(cli *c, Sijill__V1__Text **names, size_t count, const char *url,
           Sijill__V1__Defined **out)
{
    Sijill__V1__DefineOrganisation define;

    sijill__v1__define_organisation__init(&define);
    define.name = names;
    define.n_name = count;
    define.url = (char *) (uintptr_t) url;
    return ask_once(c, 100, &define.base, &sijill__v1__defined__descriptor, out, NULL);
}

static int
define_run(cli *c)
{
    pool memory = { NULL };
    Sijill__V1__Text **names;
    size_t count = args_texts(c, &memory, "name", &names);
    Sijill__V1__Defined *out = NULL;
    int outcome;

    if (count == 0)
        return fail(c, EXIT_USAGE,
                    "an organisation needs a name: --name-en TEXT, --name-ar TEXT, ...");
    outcome = org_define(c, names, count, arg_text(c, "url"), &out);
    if (outcome == EXIT_DONE)
        output_object(c, json_of(&out->base));
    sijill_free(out);
    pool_empty(&memory);
    return outcome;
}

static const option define_options[] = {
    { "name-ar", "TEXT", "name in Arabic (also -en -fr -tr -ru -kk)", false },
    { "name-en", "TEXT", "", false },
    { "name-fr", "TEXT", "", false },
    { "name-tr", "TEXT", "", false },
    { "name-ru", "TEXT", "", false },
    { "name-kk", "TEXT", "", false },
    { "url", "URL", "its web address", false },
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

const command org_commands[] = {
    { "org define", NULL, "name the organisation (--org); again changes its name", define_options,
      define_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
