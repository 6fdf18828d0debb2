/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/suspect.h"

#include "clients/upload/fold.h"
#include "clients/upload/moment.h"

#include <ctype.h>
#include <string.h>

enum { WORDS_MAX = 5 }; /* of a heading that a program wrote */

/* Words as they are, folded; one that ends with * is the beginning of words. */
static const char *const stems[] = {
    "join",       "joined",      "joining",    "joins",        "left",
    "leave",      "leaving",     "leaves",     "exit",         "exited",
    "attended",   "duration",    "duree",      "connexion",    "deconnexion",
    "rejoint",    "quitte",      "assiste",    "katilma*",     "katildi",
    "ayrilma*",   "ayrildi",     "ayrilis",    "sure",         "suresi",
    "giris",      "cikis",       "вход*",      "выход*",       "присоедин*",
    "подключ*",   "отключ*",     "покинул*",   "длительност*", "продолжительност*",
    "присутств*", "unirse",      "salida",     "entrada",      "duracion",
    "asistio",    "abandono",    "saida",      "duracao",      "compareceu",
    "beitritt*",  "beigetreten", "verlassen*", "austritt*",    "teilgenommen",
    "durata",     "uscita",      "ingresso",   "partecipato",  "الانضمام",
    "انضمام",     "المغادرة",    "مغادرة",     "المدة",        "الدخول",
    "الخروج",
};

/* The same of whole headings, where no word alone says it. */
static const char *const parts[] = {
    "waitingroom",  "salledattente",   "warteraum",       "saladeespera",
    "saladattesa",  "saladiattesa",    "beklemeodasi",    "залеожидания",
    "заложидания",  "комнатаожидания", "комнатеожидания", "غرفةالانتظار",
    "قاعةالانتظار", "timeinsession",   "timeinmeeting",   "dauer",
};

static const char *const units[] = {
    "h", "hr",  "hrs", "hour", "hours", "m",    "min", "mins", "minute", "minutes",
    "s", "sec", "std", "sek",  "sa",    "saat", "dk",  "sn",   "ora",    "ore",
    "ч", "час", "мин", "м",    "сек",   "с",    "د",   "س",    "ث",
};

/* Whether the folded text is this folded word, or begins with one that ends with *. */
static bool
is_stem(const char *text, const char *stem)
{
    char one[FOLD_MAX];
    size_t size = strlen(stem);
    bool beginning = stem[size - 1] == '*';

    (void) fold(stem, size, one);
    return beginning ? strncmp(text, one, strlen(one)) == 0 : strcmp(text, one) == 0;
}

/* Letters of any script; ’ stands between two words as ' does. */
static size_t
word_size(const char *at)
{
    size_t size = 0;

    while (at[size] != '\0' && strncmp(at + size, "’", strlen("’")) != 0 &&
           ((unsigned char) at[size] >= 0x80 || isalnum((unsigned char) at[size])))
        size++;
    return size;
}

static bool
word_suspect(const char *at, size_t size)
{
    char word[FOLD_MAX];

    (void) fold(at, size, word);
    for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++)
        if (is_stem(word, stems[i]))
            return true;
    return false;
}

bool
suspect_heading(const char *text)
{
    char whole[FOLD_MAX];
    char part[FOLD_MAX];
    size_t words = 0;
    bool found = false;

    if (strchr(text, '?') != NULL || strstr(text, "؟") != NULL)
        return false;
    for (const char *at = text; *at != '\0' && *at != '(';) {
        size_t size = word_size(at);

        if (size > 0) {
            words++;
            found = found || word_suspect(at, size);
            at += size;
        } else {
            at += strncmp(at, "’", strlen("’")) == 0 ? strlen("’") : 1;
        }
    }
    (void) fold(text, strlen(text), whole);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        found = found || strstr(whole, fold(parts[i], strlen(parts[i]), part)) != NULL;
    return found && words <= WORDS_MAX;
}

static bool
unit_is(const char *at, size_t size)
{
    char word[FOLD_MAX];
    char one[FOLD_MAX];

    (void) fold(at, size, word);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(word, fold(units[i], strlen(units[i]), one)) == 0)
            return true;
    return false;
}

/* "1h 2m 10s", "25 Min." */
static bool
length_is(const char *at)
{
    bool any = false;

    while (*at != '\0') {
        size_t digits = strspn(at, "0123456789");
        size_t size;

        at += digits;
        at += strspn(at, " ");
        size = word_size(at);
        for (size_t i = 0; i < size; i++) /* "1h2m": the next number begins */
            if (isdigit((unsigned char) at[i]))
                size = i;
        if (digits == 0 || size == 0 || !unit_is(at, size))
            return false;
        any = true;
        at += size;
        at += strspn(at, " .,");
    }
    return any;
}

bool
suspect_value(const char *text)
{
    const moment_rules orders[] = { { "UTC", ORDER_DAY_FIRST }, { "UTC", ORDER_MONTH_FIRST } };
    uint64_t ms;

    if (strchr(text, ':') == NULL)
        return length_is(text);
    if (text[strspn(text, "0123456789:")] == '\0')
        return true;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        if (moment_read_after(text, &orders[i], 0, &ms) == NULL)
            return true;
    return false;
}
