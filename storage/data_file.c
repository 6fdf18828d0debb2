/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LMDB 0.9 writes at the head of data.mdb: two meta pages, of which the one with the greater
 * transaction counts.  A file shorter than its last page is mapped by LMDB without a word and kills
 * the process with SIGBUS when the page is touched.
 */
#include "storage/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    META_OFFSET = 16,    /* behind the page header */
    META_VERSION = 1,    /* of LMDB 0.9's data format */
    META_PAGE_SIZE = 24, /* offsets inside the meta: page size, in the first database's record */
    META_LAST_PAGE = 120,
    META_TXN = 128,
    META_SIZE = 136,
    PAGE_MIN = 256,
    PAGE_MAX = 64 * 1024,
};

#define META_MAGIC 0xBEEFC0DEu

typedef struct file_head {
    uint32_t magic, version, page_size;
    uint64_t last_page, txn;
} file_head;

static bool
read_head(int fd, off_t page, file_head *head)
{
    unsigned char meta[META_SIZE];

    if (pread(fd, meta, sizeof meta, page + META_OFFSET) != (ssize_t) sizeof meta)
        return false;
    memcpy(&head->magic, meta, sizeof head->magic);
    memcpy(&head->version, meta + 4, sizeof head->version);
    memcpy(&head->page_size, meta + META_PAGE_SIZE, sizeof head->page_size);
    memcpy(&head->last_page, meta + META_LAST_PAGE, sizeof head->last_page);
    memcpy(&head->txn, meta + META_TXN, sizeof head->txn);
    return true;
}

static bool
check_open_file(int fd, const char *path, uint32_t *page_size, char words[SJ_WORDS_MAX])
{
    struct stat status;
    file_head first, second;

    if (fstat(fd, &status) != 0 || !read_head(fd, 0, &first)) {
        (void) snprintf(words, SJ_WORDS_MAX,
                        "%s is too short to be a store: restore the last backup", path);
        return false;
    }
    if (first.magic != META_MAGIC || first.version != META_VERSION || first.page_size < PAGE_MIN ||
        first.page_size > PAGE_MAX) {
        (void) snprintf(
            words, SJ_WORDS_MAX,
            "%s is not a data file of LMDB 0.9: give the right --home, or restore the last backup",
            path);
        return false;
    }
    if (!read_head(fd, (off_t) first.page_size, &second) || second.magic != META_MAGIC) {
        (void) snprintf(words, SJ_WORDS_MAX, "%s has no second meta page: restore the last backup",
                        path);
        return false;
    }

    const file_head *newest = second.txn > first.txn ? &second : &first;
    uint64_t pages = (uint64_t) status.st_size / first.page_size;

    if (pages == 0 || newest->last_page > pages - 1) { /* in pages: a damaged number may be huge */
        (void) snprintf(words, SJ_WORDS_MAX,
                        "%s is truncated: %llu pages, the last one should be page %llu: restore "
                        "the last backup",
                        path, (unsigned long long) pages, (unsigned long long) newest->last_page);
        return false;
    }
    *page_size = first.page_size;
    return true;
}

bool
sj_data_file_check(const char *path, uint32_t *page_size, char words[SJ_WORDS_MAX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool good;

    if (fd < 0) {
        (void) snprintf(words, SJ_WORDS_MAX, "%s: %s", path, strerror(errno));
        return false;
    }
    good = check_open_file(fd, path, page_size, words);
    (void) close(fd);
    return good;
}
