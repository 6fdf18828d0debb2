/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/status_list.h"

#include <assert.h>
#include <sodium.h>
#include <stdalign.h>
#include <zlib.h>

enum {
    /* A window of 2 KiB and small tables: a list is mostly zeros, and the whole job then fits into
     * one command's arena.  It costs no text on a sparse list. */
    WINDOW_BITS = 11,
    MEMORY_LEVEL = 4,
    GZIP = 16,       /* zlib's flag for the gzip format, RFC 1952 */
    ANY_WINDOW = 15, /* a stranger's list may use the largest */
    GZIP_MAX = 16640 /* stored blocks and header: more than deflateBound of a list */
};

/* zlib asks for memory through this; it comes from the caller's work area and is never given back.
 */
typedef struct {
    uint8_t *at;
    size_t left;
} pool;

static void *
pool_take(void *opaque, unsigned items, unsigned size)
{
    pool *from = opaque;
    size_t align = alignof(max_align_t);
    size_t wanted = ((size_t) items * size + align - 1) / align * align;

    if (wanted > from->left)
        return NULL;
    void *taken = from->at;

    from->at += wanted;
    from->left -= wanted;
    return taken;
}

static void
pool_release(void *opaque, void *memory)
{
    (void) opaque;
    (void) memory;
}

bool
sj_status_list_get(const uint8_t *bits, size_t bytes, uint32_t index)
{
    assert(index / 8 < bytes);
    return (bits[index >> 3] & (0x80u >> (index & 7))) != 0;
}

void
sj_status_list_set(uint8_t bits[SJ_STATUS_LIST_BYTES], uint32_t index)
{
    assert(index < SJ_STATUS_LIST_BITS);
    bits[index >> 3] = (uint8_t) (bits[index >> 3] | (0x80u >> (index & 7)));
}

/* The gzip of a list at out; its length, or 0. */
static size_t
compress_bits(const uint8_t bits[SJ_STATUS_LIST_BYTES], pool *memory, uint8_t *out, size_t size)
{
    z_stream stream = { .zalloc = pool_take, .zfree = pool_release, .opaque = memory };
    int result;

    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW_BITS + GZIP, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    stream.next_in =
        (z_const Bytef *) (uintptr_t) bits; /* zlib reads only; its type forgot const */
    stream.avail_in = SJ_STATUS_LIST_BYTES;
    stream.next_out = out;
    stream.avail_out = (uInt) size;
    result = deflate(&stream, Z_FINISH); /* zlib's own header: time 0, no name */
    (void) deflateEnd(&stream);
    return result == Z_STREAM_END ? size - stream.avail_out : 0;
}

const char *
sj_status_list_encode(const uint8_t bits[SJ_STATUS_LIST_BYTES], void *work, char *buffer,
                      size_t size, sj_span *encoded)
{
    uint8_t *packed = work;
    pool memory = { .at = packed + GZIP_MAX, .left = SJ_STATUS_LIST_ENCODE_WORK - GZIP_MAX };
    size_t length = compress_bits(bits, &memory, packed, GZIP_MAX);
    size_t text;

    if (length == 0)
        return "zlib could not pack the status list in the memory lent to it";
    packed[9] = 255; /* "operating system": unknown, so that the bytes are the same everywhere */
    text = sodium_base64_encoded_len(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (text + 1 > size)
        return "the status list is longer than its buffer";
    buffer[0] = 'u';
    sodium_bin2base64(buffer + 1, size - 1, packed, length,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    *encoded = (sj_span){ .at = buffer, .length = text };
    return NULL;
}

/* Inflate one whole gzip member into bits, and not a byte more than size. */
static const char *
inflate_bits(pool *memory, uint8_t *packed, size_t length, uint8_t *bits, size_t size,
             size_t *bytes)
{
    z_stream stream = { .zalloc = pool_take, .zfree = pool_release, .opaque = memory };
    int result;

    stream.next_in = packed;
    stream.avail_in = (uInt) length;
    if (inflateInit2(&stream, ANY_WINDOW + GZIP) != Z_OK)
        return "not enough memory to unpack the status list";
    stream.next_out = bits;
    stream.avail_out = (uInt) size;
    result = inflate(&stream, Z_FINISH);
    (void) inflateEnd(&stream);
    if (stream.avail_out == 0 && result != Z_STREAM_END)
        return "the status list unpacks to more than is allowed";
    if (result != Z_STREAM_END)
        return "the status list is not whole gzip data";
    if (stream.avail_in != 0)
        return "the status list has data behind its end";
    *bytes = size - stream.avail_out;
    return *bytes < SJ_STATUS_LIST_BYTES ? "the status list has fewer than 131072 bits" : NULL;
}

const char *
sj_status_list_decode(sj_span encoded, void *work, size_t work_size, uint8_t *bits, size_t size,
                      size_t *bytes)
{
    size_t align = alignof(max_align_t);
    size_t packed_room = (encoded.length + align - 1) / align * align;
    uint8_t *packed = work;
    size_t length;

    assert(size <= UINT32_MAX / 2);
    if (encoded.length < 2 || encoded.at[0] != 'u')
        return "the status list is not base64url with the prefix u";
    if (encoded.length > UINT32_MAX / 2 ||
        work_size < packed_room + SJ_STATUS_LIST_DECODE_WORK - align)
        return "the status list's text is too long";
    if (sodium_base642bin(packed, packed_room, encoded.at + 1, encoded.length - 1, NULL, &length,
                          NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return "the status list is not base64url";
    pool memory = { .at = packed + packed_room, .left = work_size - packed_room };

    return inflate_bits(&memory, packed, length, bits, size, bytes);
}
