/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/enums.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const prefixes[] = { "EVENT_", "DATE_",     "MODE_",        "VERDICT_",
                                        "STATE_", "MARK_",     "EVIDENCE_",    "SOURCE_",
                                        "FLAG_",  "DECISION_", "CERTIFICATE_", "RETRY_" };

static const char *
bare_name(const char *name)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return name + strlen(prefixes[i]);
    return name;
}

const char *
enum_name(const ProtobufCEnumDescriptor *type, int value, char *out, size_t size)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);

    if (found == NULL) {
        (void) snprintf(out, size, "%d", value);
        return out;
    }
    (void) snprintf(out, size, "%s", bare_name(found->name));
    for (char *at = out; *at != '\0'; at++)
        *at = (char) tolower((unsigned char) *at);
    return out;
}

/* "In person" and "in-person" are in_person. */
bool
enum_read(const ProtobufCEnumDescriptor *type, const char *text, int *value)
{
    for (unsigned i = 0; i < type->n_values; i++) {
        const char *name = bare_name(type->values[i].name);
        const char *at = text;

        while (*name != '\0' && (toupper((unsigned char) *at) == *name ||
                                 (*name == '_' && strchr(" -", *at) != NULL && *at != '\0'))) {
            name++;
            at++;
        }
        if (*name == '\0' && *at == '\0') {
            *value = type->values[i].value;
            return true;
        }
    }
    return false;
}

void
enum_names(const ProtobufCEnumDescriptor *type, char *out, size_t size)
{
    size_t used = 0;
    char name[64];

    out[0] = '\0';
    for (unsigned i = 0; i < type->n_values && used < size; i++) {
        (void) enum_name(type, type->values[i].value, name, sizeof name);
        if (strcmp(name, "none") != 0)
            used += (size_t) snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ", name);
    }
}
