/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/journal.h"

#include "storage/folder.h"
#include "storage/internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK = 4096,
    SEQ_AT = 8,
    SIZE_AT = 16,
    BEFORE_AT = 24,
    SUM_AT = 40,
    HEAD_SIZE = 56,
    ROW_HEAD_SIZE = 5,
    GATHERED_MAX = 4096,
    ROOM_FIRST = 256 * 1024,
    PUT = 1,
    DELETE = 2,
    FILE_MODE = 0640,
};

static const unsigned char magic[SEQ_AT] = { 's', 'i', 'j', 'i', 'l', 'l', 'j', '2' };

static uint64_t
blocks(uint64_t size)
{
    return (size + BLOCK - 1) / BLOCK * BLOCK;
}

/* ---- the file ---------------------------------------------------------------------------------
 */

/* Its whole size is there from the beginning: a write then changes the file's content alone, which
 * is all that fdatasync has to wait for, and it cannot find the disk full. */
static bool
make_room(int fd)
{
    struct stat status;
    int code;

    if (fstat(fd, &status) != 0)
        return false;
    if (status.st_size >= JOURNAL_SIZE)
        return true;
    code = posix_fallocate(fd, 0, JOURNAL_SIZE);
    if (code != 0)
        errno = code;
    return code == 0 && fsync(fd) == 0;
}

bool
journal_open(journal *j, const char *path, char words[SJ_WORDS_MAX])
{
    *j = (journal){ .fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE) };
    j->write_fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECT);
    if (j->write_fd < 0 && errno == EINVAL)
        j->write_fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (j->fd < 0 || j->write_fd < 0 || !make_room(j->fd))
        return sj_path_fail(words, "cannot make room for", path, strerror(errno));
    return true;
}

void
journal_close(journal *j)
{
    if (j->fd >= 0)
        (void) close(j->fd);
    if (j->write_fd >= 0)
        (void) close(j->write_fd);
    free(j->record);
    *j = (journal){ .fd = -1, .write_fd = -1 };
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static bool
grow(journal *j, size_t need)
{
    size_t room = j->room == 0 ? ROOM_FIRST : j->room;
    void *record;

    while (room < need)
        room *= 2;
    if (room == j->room)
        return true;
    if (need > JOURNAL_RECORD_MAX || posix_memalign(&record, BLOCK, room) != 0)
        return false;
    if (j->room > 0)
        memcpy(record, j->record, j->used);
    free(j->record);
    j->record = record;
    j->room = room;
    return true;
}

void
journal_add(journal *j, bool deleted, sj_bytes sealed)
{
    size_t used = j->used == 0 ? HEAD_SIZE : j->used;
    size_t size = ROW_HEAD_SIZE + sealed.size;
    unsigned char *at;

    j->used = used;
    j->too_long = j->too_long || !grow(j, blocks(used + size));
    if (j->too_long)
        return;
    at = j->record + used;
    at[0] = deleted ? DELETE : PUT;
    sj_write_u32(at + 1, (uint32_t) sealed.size);
    memcpy(at + ROW_HEAD_SIZE, sealed.at, sealed.size);
    j->used += size;
}

bool
journal_has_rows(const journal *j)
{
    return j->used > 0;
}

void
journal_drop(journal *j)
{
    j->used = 0;
    j->too_long = false;
}

bool
journal_fits(const journal *j)
{
    return !j->too_long && j->at + blocks(j->used) <= JOURNAL_SIZE;
}

static sj_bytes
sealed_row(const unsigned char *at)
{
    return (sj_bytes){ at + ROW_HEAD_SIZE, sj_read_u32(at + 1) };
}

/* `record` has its head, but for the sum, and whole rows.  What is summed is gathered; where there
 * is no room for more, its hash stands for it. */
static void
sum_record(const unsigned char *record, size_t size, const uint8_t secret[SJ_ID_SIZE],
           unsigned char sum[JOURNAL_SUM_SIZE])
{
    unsigned char gathered[GATHERED_MAX];
    size_t used = SUM_AT;

    static_assert(crypto_shorthash_siphashx24_BYTES == JOURNAL_SUM_SIZE, "128 bits");
    memcpy(gathered, record, SUM_AT);
    for (const unsigned char *at = record + HEAD_SIZE; at < record + size;) {
        if (used > sizeof gathered - ROW_HEAD_SIZE - CHECKSUM_SIZE) {
            (void) crypto_shorthash_siphashx24(sum, gathered, used, secret);
            memcpy(gathered, sum, JOURNAL_SUM_SIZE);
            used = JOURNAL_SUM_SIZE;
        }
        memcpy(gathered + used, at, ROW_HEAD_SIZE);
        at += ROW_HEAD_SIZE + sealed_row(at).size;
        memcpy(gathered + used + ROW_HEAD_SIZE, at - CHECKSUM_SIZE, CHECKSUM_SIZE);
        used += ROW_HEAD_SIZE + CHECKSUM_SIZE;
    }
    (void) crypto_shorthash_siphashx24(sum, gathered, used, secret);
}

bool
journal_write(journal *j, const uint8_t secret[SJ_ID_SIZE], uint64_t seq)
{
    unsigned char sum[JOURNAL_SUM_SIZE];
    size_t size = j->used, whole = (size_t) blocks(size);

    assert(journal_has_rows(j) && journal_fits(j));
    memcpy(j->record, magic, sizeof magic);
    sj_write_u64(j->record + SEQ_AT, seq);
    sj_write_u64(j->record + SIZE_AT, size - HEAD_SIZE);
    memcpy(j->record + BEFORE_AT, j->before, sizeof j->before);
    sum_record(j->record, size, secret, sum);
    memcpy(j->record + SUM_AT, sum, sizeof sum);
    memset(j->record + size, 0, whole - size);
    if (pwrite(j->write_fd, j->record, whole, (off_t) j->at) != (ssize_t) whole ||
        fdatasync(j->write_fd) != 0)
        return false;
    j->at += whole;
    memcpy(j->before, j->record + size - JOURNAL_SUM_SIZE, sizeof j->before);
    journal_drop(j);
    return true;
}

void
journal_restart(journal *j, const uint8_t seal[JOURNAL_SUM_SIZE])
{
    j->at = 0;
    memcpy(j->before, seal, sizeof j->before);
    journal_drop(j);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* A disk that cannot be read says nothing of what is there: *failed. */
static bool
read_at(const journal *j, void *at, size_t size, uint64_t offset, bool *failed)
{
    ssize_t done = at == NULL ? -1 : pread(j->fd, at, size, (off_t) offset);

    *failed = *failed || done < 0;
    return done == (ssize_t) size;
}

/* Whether these are whole rows, and each is what was sealed. */
static bool
rows_good(const unsigned char *at, const unsigned char *end, const uint8_t secret[SJ_ID_SIZE])
{
    while (end - at > ROW_HEAD_SIZE) {
        sj_bytes sealed = sealed_row(at);

        at += ROW_HEAD_SIZE;
        if ((size_t) (end - at) < sealed.size || !sj_seal_holds(secret, sealed))
            return false;
        at += sealed.size;
    }
    return at == end;
}

/* The record that begins at `offset`, in memory of the caller's; NULL: there is no whole one.
 * *size is its own, without what fills its last block. */
static unsigned char *
read_record(const journal *j, uint64_t offset, const uint8_t secret[SJ_ID_SIZE], size_t *size,
            bool *failed)
{
    unsigned char head[HEAD_SIZE], sum[JOURNAL_SUM_SIZE];
    unsigned char *record;
    uint64_t rows;

    if (offset + BLOCK > JOURNAL_SIZE || !read_at(j, head, sizeof head, offset, failed) ||
        memcmp(head, magic, sizeof magic) != 0)
        return NULL;
    rows = sj_read_u64(head + SIZE_AT);
    if (rows < JOURNAL_SUM_SIZE || rows > JOURNAL_RECORD_MAX ||
        offset + HEAD_SIZE + rows > JOURNAL_SIZE)
        return NULL;
    *size = HEAD_SIZE + (size_t) rows;
    record = malloc(*size);
    if (read_at(j, record, *size, offset, failed) &&
        rows_good(record + HEAD_SIZE, record + *size, secret)) {
        sum_record(record, *size, secret, sum);
        if (sodium_memcmp(sum, record + SUM_AT, sizeof sum) == 0)
            return record;
    }
    free(record);
    return NULL;
}

static bool
put_rows(const unsigned char *at, const unsigned char *end, journal_put_fn *put, void *context)
{
    for (; at < end; at += ROW_HEAD_SIZE + sealed_row(at).size)
        if (!put(context, at[0] == DELETE, sealed_row(at)))
            return false;
    return true;
}

bool
journal_replay(journal *j, const uint8_t secret[SJ_ID_SIZE], journal_put_fn *put, void *context)
{
    for (;;) {
        size_t size;
        bool failed = false;
        unsigned char *record = read_record(j, j->at, secret, &size, &failed);
        bool next = record != NULL && memcmp(record + BEFORE_AT, j->before, sizeof j->before) == 0;
        bool good = next ? put_rows(record + HEAD_SIZE, record + size, put, context) : !failed;

        if (next && good) {
            j->at += blocks(size);
            memcpy(j->before, record + size - JOURNAL_SUM_SIZE, sizeof j->before);
        }
        free(record);
        if (!next || !good)
            return good;
    }
}

uint64_t
journal_newest(const journal *j, const uint8_t secret[SJ_ID_SIZE])
{
    uint64_t newest = 0;
    bool failed = false;

    for (uint64_t offset = 0; offset < JOURNAL_SIZE; offset += BLOCK) {
        size_t size;
        unsigned char *record = read_record(j, offset, secret, &size, &failed);

        if (record != NULL && sj_read_u64(record + SEQ_AT) > newest)
            newest = sj_read_u64(record + SEQ_AT);
        free(record);
    }
    return failed ? UINT64_MAX : newest;
}
