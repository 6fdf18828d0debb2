/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/countries.h"

#include "clients/upload/fold.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COUNTRIES_MAX = 300, NAME_SIZE = 64 };

static struct {
    char code[3];
    char name[NAME_SIZE];
} rows[COUNTRIES_MAX];
static int count = -1; /* not read yet */

static void
table_read(void)
{
    FILE *file = fopen("/usr/share/zoneinfo/iso3166.tab", "r");
    char line[256];

    count = 0;
    while (file != NULL && count < COUNTRIES_MAX && fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#' || strlen(line) < 4 || line[2] != '\t')
            continue;
        line[strcspn(line, "\n")] = '\0';
        (void) snprintf(rows[count].code, sizeof rows[count].code, "%.2s", line);
        (void) snprintf(rows[count].name, sizeof rows[count].name, "%.63s", line + 3);
        count++;
    }
    if (file != NULL)
        (void) fclose(file);
}

/* What platforms and the United Nations call countries that the table calls otherwise. */
static bool
other_name(const char *text, char code[3])
{
    static const char *const names[][2] = {
        { "GB", "United Kingdom" },
        { "GB", "Great Britain" },
        { "US", "United States of America" },
        { "TR", "Türkiye" },
        { "RU", "Russian Federation" },
        { "KR", "South Korea" },
        { "KR", "Republic of Korea" },
        { "KR", "Korea, Republic of" },
        { "IR", "Iran (Islamic Republic of)" },
        { "SY", "Syrian Arab Republic" },
        { "PS", "State of Palestine" },
        { "PS", "Palestine, State of" },
        { "BN", "Brunei Darussalam" },
        { "CI", "Ivory Coast" },
        { "CI", "Côte d'Ivoire" },
        { "VN", "Viet Nam" },
        { "CZ", "Czechia" },
        { "MD", "Republic of Moldova" },
        { "TZ", "United Republic of Tanzania" },
        { "KG", "Kyrgyz Republic" },
        { "AE", "UAE" },
    };
    char wanted[FOLD_MAX];
    char name[FOLD_MAX];

    (void) fold(text, strlen(text), wanted);
    for (size_t i = 0; wanted[0] != '\0' && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(fold(names[i][1], strlen(names[i][1]), name), wanted) == 0) {
            memcpy(code, names[i][0], 3);
            return true;
        }
    return false;
}

bool
country_read(const char *text, char code[3])
{
    bool two =
        strlen(text) == 2 && isalpha((unsigned char) text[0]) && isalpha((unsigned char) text[1]);

    if (count < 0)
        table_read();
    for (int i = 0; i < count; i++)
        if (strcasecmp(text, rows[i].code) == 0 || strcasecmp(text, rows[i].name) == 0) {
            memcpy(code, rows[i].code, 3);
            return true;
        }
    if (other_name(text, code))
        return true;
    if (!two || count > 0)
        return false;
    code[0] = (char) toupper((unsigned char) text[0]);
    code[1] = (char) toupper((unsigned char) text[1]);
    code[2] = '\0';
    return true;
}
