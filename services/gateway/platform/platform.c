/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/platforms.h"

#include <string.h>

static const platform *const platforms[] = {
    &platform_zoom,  &platform_webex, &platform_bbb,
    &platform_teams, &platform_jaas,  &platform_standard,
};

const platform *
platform_find(const char *name)
{
    for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++)
        if (strcmp(platforms[i]->name, name) == 0)
            return platforms[i];
    return NULL;
}
