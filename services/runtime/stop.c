/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/stop.h"

#include "services/runtime/log.h"

#include <unistd.h>

enum { EXIT_UNKNOWN = 70 }; /* EX_SOFTWARE: restart me */

void
sj_stop(const char *event, const char *words)
{
    sj_log(SJ_LOG_ERROR, event, "words=\"%s\"", words);
    _exit(EXIT_UNKNOWN);
}
