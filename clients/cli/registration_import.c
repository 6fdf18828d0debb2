/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registration import: a CSV file of people, row by row.  The same file again changes nothing.
 */
#include "clients/cli/commands.h"
#include "clients/cli/countries.h"
#include "clients/cli/intake.h"
#include "clients/cli/json_of.h"

#include <stdlib.h>
#include <string.h>

typedef enum field {
    EMAIL,
    NAME,
    FIRST_NAME,
    LAST_NAME,
    COUNTRY,
    ROLE,
    MODE,
    INSTITUTION,
    POSITION,
    LANGUAGE,
    EXTERNAL_ID,
    NAME_LATIN,
    FIELDS
} field;

static const char *const names[FIELDS] = {
    [EMAIL] = "email|email address|mail|user email",
    [NAME] = "name|full name|participant|participant name",
    [FIRST_NAME] = "first name|given name",
    [LAST_NAME] = "last name|family name|surname",
    [COUNTRY] = "country|country code|country/region|country/region name",
    [ROLE] = "role",
    [MODE] = "mode|attendance mode",
    [INSTITUTION] = "institution|organisation|organization|company|affiliation",
    [POSITION] = "position|job title|title",
    [LANGUAGE] = "language|lang",
    [EXTERNAL_ID] = "external id|registrant id|registration id|id",
    [NAME_LATIN] = "name latin|latin name|name in latin",
};

typedef struct people {
    cli *c;
    csv *in;
    intake *to;
    int columns[FIELDS];
    uint8_t event_id[SIJILL_ID_SIZE];
} people;

static char *
text_or_null(const people *p, field which)
{
    const char *text = csv_field(p->in, p->columns[which]);

    return text[0] == '\0' ? NULL : (char *) (uintptr_t) text;
}

/* NULL: good, and the row's values are in *in; else the column at fault, and *why. */
static const char *
row_read(const people *p, Sijill__V1__Register *in, Sijill__V1__Person *person, char country[3],
         char *name, size_t name_size, const char **why)
{
    const char *text;
    int value = 0;

    person->name = text_or_null(p, NAME);
    if (person->name == NULL &&
        (text_or_null(p, FIRST_NAME) != NULL || text_or_null(p, LAST_NAME) != NULL)) {
        const char *first = csv_field(p->in, p->columns[FIRST_NAME]);
        const char *last = csv_field(p->in, p->columns[LAST_NAME]);

        (void) snprintf(name, name_size, "%s%s%s", first,
                        first[0] == '\0' || last[0] == '\0' ? "" : " ", last);
        person->name = name;
    }
    person->email = text_or_null(p, EMAIL);
    person->name_latin = text_or_null(p, NAME_LATIN);
    person->institution = text_or_null(p, INSTITUTION);
    person->position = text_or_null(p, POSITION);
    person->language = text_or_null(p, LANGUAGE);
    in->external_id = text_or_null(p, EXTERNAL_ID);
    text = text_or_null(p, COUNTRY);
    *why = "is no country of ISO 3166-1: give two letters, such as TR";
    if (text != NULL && !country_read(text, country))
        return "country";
    person->country = text == NULL ? NULL : country;
    text = text_or_null(p, ROLE);
    *why = "is none of participant, trainer, speaker, observer, focal_point, organiser";
    if (text != NULL && !enum_read(&sijill__v1__role__descriptor, text, &value))
        return "role";
    in->has_role = true;
    in->role = (Sijill__V1__Role) (text == NULL ? 0 : value);
    text = text_or_null(p, MODE);
    *why = "is neither in_person nor online";
    if (text != NULL && !enum_read(&sijill__v1__mode__descriptor, text, &value))
        return "mode";
    in->has_mode = text != NULL;
    in->mode = (Sijill__V1__Mode) (text == NULL ? 0 : value);
    return NULL;
}

/* false: the service has gone. */
static bool
row_send(people *p, csv_result result)
{
    Sijill__V1__Register in;
    Sijill__V1__Person person;
    char country[3];
    char name[1024];
    const char *id = text_or_null(p, EMAIL);
    const char *why;
    const char *wrong;
    intake_row *row;

    if (id == NULL)
        id = text_or_null(p, EXTERNAL_ID);
    row = intake_begin(p->to, p->in->row, result == CSV_BAD || id == NULL ? "?" : id);
    if (row == NULL)
        return false;
    if (result == CSV_BAD) {
        intake_settle(p->to, row, "refused", "", p->in->reason);
        return true;
    }
    sijill__v1__register__init(&in);
    sijill__v1__person__init(&person);
    in.has_event_id = in.has_on_duplicate = true;
    in.event_id = id_data(p->event_id);
    in.person = &person;
    in.on_duplicate = SIJILL__V1__ON_DUPLICATE__UPDATE;
    in.source = (char *) (uintptr_t) arg_text(p->c, "source");
    in.has_override = in.override = arg_flag(p->c, "override");
    wrong = row_read(p, &in, &person, country, name, sizeof name, &why);
    if (wrong != NULL)
        intake_settle(p->to, row, "refused", wrong, why);
    else
        intake_send(p->to, row, 110, &in.base);
    return true;
}

static int
columns_find(people *p)
{
    bool known[CSV_COLUMNS_MAX] = { false };

    for (int i = 0; i < FIELDS; i++) {
        p->columns[i] = csv_column(p->in, names[i]);
        if (p->columns[i] >= 0)
            known[p->columns[i]] = true;
    }
    if (p->columns[NAME] < 0 && p->columns[FIRST_NAME] < 0)
        return fail(p->c, EXIT_USAGE,
                    "%s has no column `name`: its first row must name the columns",
                    arg_operand(p->c, 0));
    if (p->columns[EMAIL] < 0 && p->columns[EXTERNAL_ID] < 0)
        return fail(p->c, EXIT_USAGE,
                    "%s has neither a column `email` nor `external_id`: a person needs a key",
                    arg_operand(p->c, 0));
    if (p->columns[EMAIL] < 0 && arg_text(p->c, "source") == NULL)
        return fail(p->c, EXIT_USAGE,
                    "without a column `email` say whose ids these are: --source NAME");
    for (size_t i = 0; i < p->in->column_count; i++)
        if (!known[i])
            note(p->c, "column '%s' is not known, and left out", p->in->names[i]);
    return EXIT_DONE;
}

static int
import_rows(cli *c, csv *in)
{
    people p = { .c = c, .in = in };
    int outcome = columns_find(&p);
    csv_result result;

    if (outcome == EXIT_DONE)
        outcome = event_id_find(c, p.event_id);
    if (outcome != EXIT_DONE)
        return outcome;
    p.to = intake_open(c, REGISTRATION, "registrations", intake_registered);
    while ((result = csv_next(in)) != CSV_END && row_send(&p, result))
        ;
    return intake_close(&p.to);
}

static int
import_run(cli *c)
{
    return intake_csv(c, import_rows);
}

static const option import_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "source", "NAME", "the upload's or platform's name, for external ids", false },
    { "override", NULL, "as an organiser: outside the time of registration", false },
    { "dry-run", NULL, "decide every row, write nothing", false },
    { "quiet", NULL, "print refused rows only", false },
    { NULL, NULL, NULL, false },
};

const command registration_import_commands[] = {
    { "registration import", "FILE", "people of a CSV file; a verdict a row", import_options,
      import_run,
      "The first row names the columns, in any order: email name country role mode institution "
      "position language\n"
      "external_id name_latin (or first name and last name).  Delimiters are , ; or tab.  Known "
      "people are updated,\n"
      "so the same file may be sent twice.  Exit 3 when a row was refused; the others are "
      "imported." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
