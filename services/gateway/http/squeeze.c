/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include <limits.h>
#include <stdlib.h>

enum {
    LEVEL = 4, /* most of the gain for a third of the time of the usual 6 */
    GZIP_WINDOW = 15 + 16,
    MEMORY = 8,
};

bool
squeeze(http *h, octets body, octets *squeezed)
{
    z_stream *z = &h->deflate;
    size_t room = body.size - body.size / 16; /* what gains less is sent as it is */
    unsigned char *to;

    if (body.size > UINT_MAX)
        return false;
    if (!h->deflate_ready)
        h->deflate_ready =
            deflateInit2(z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
    else
        (void) deflateReset(z);
    to = h->deflate_ready ? malloc(room) : NULL;
    if (to == NULL)
        return false;
    z->next_in = (Bytef *) (uintptr_t) body.at;
    z->avail_in = (unsigned) body.size;
    z->next_out = to;
    z->avail_out = (unsigned) room;
    if (deflate(z, Z_FINISH) != Z_STREAM_END) {
        free(to);
        return false;
    }
    *squeezed = (octets){ to, z->total_out };
    return true;
}
