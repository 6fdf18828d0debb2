/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/storage/store_copy.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void
copy_octets(int from, int to, off_t at, off_t end)
{
    static char octets[1 << 16];

    while (at < end) {
        size_t want = end - at < (off_t) sizeof octets ? (size_t) (end - at) : sizeof octets;
        ssize_t got = pread(from, octets, want, at);

        assert_true(got > 0);
        assert_int_equal(pwrite(to, octets, (size_t) got, at), got);
        at += got;
    }
}

void
copy_file(const char *from_folder, const char *to_folder, const char *name)
{
    char from_path[SJ_PATH_MAX], to_path[SJ_PATH_MAX];
    struct stat status;
    int from, to;

    assert_true(sj_path(from_path, from_folder, name) && sj_path(to_path, to_folder, name));
    from = open(from_path, O_RDONLY);
    to = open(to_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(from >= 0 && to >= 0);
    assert_int_equal(fstat(from, &status), 0);
    assert_int_equal(ftruncate(to, status.st_size), 0);
    for (off_t at = lseek(from, 0, SEEK_DATA); at >= 0;) {
        off_t end = lseek(from, at, SEEK_HOLE);

        copy_octets(from, to, at, end);
        at = lseek(from, end, SEEK_DATA);
    }
    (void) close(from);
    (void) close(to);
}

void
copy_make(copy *c, const fixture *f)
{
    char from[SJ_PATH_MAX];

    assert_true(sj_path(c->folder, f->folder, "copy") && sj_path(from, f->folder, "store"));
    fixture_remove_folder(c->folder);
    (void) snprintf(c->store, sizeof c->store, "%s/store", c->folder);
    assert_int_equal(mkdir(c->folder, 0700), 0);
    assert_int_equal(mkdir(c->store, 0700), 0);
    copy_file(from, c->store, "data.mdb");
    copy_file(from, c->store, "journal");
}

bool
copy_open(copy *c, const fixture *f, char words[SJ_WORDS_MAX])
{
    sj_schema schema = { .service = f->core->name,
                         .version = f->core->schema,
                         .tables = f->core->tables };
    sj_birth birth = { .now_ms = 1 };

    c->opened = *f;
    return sj_store_open(&c->opened.store, c->folder, &schema, &birth, words);
}

void
copy_close(copy *c)
{
    sj_store_close(&c->opened.store);
}

void
copy_write(const copy *c, off_t offset, const void *octets, size_t size)
{
    char path[SJ_PATH_MAX];
    int fd;

    assert_true(sj_path(path, c->store, "journal"));
    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, octets, size, offset), size);
    (void) close(fd);
}

void
copy_damage(const copy *c, uint64_t offset)
{
    char path[SJ_PATH_MAX];
    unsigned char octet;
    int fd;

    assert_true(sj_path(path, c->store, "journal"));
    fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, &octet, 1, (off_t) offset), 1);
    octet ^= 4;
    assert_int_equal(pwrite(fd, &octet, 1, (off_t) offset), 1);
    (void) close(fd);
}
