/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup.h"

#include "storage/folder.h"
#include "storage/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_SIZE = 512 };

static bool
write_manifest(const sj_store *store, const char *path)
{
    char text[MANIFEST_SIZE], store_id[2 * SJ_ID_SIZE + 1], digest[2 * 16 + 1];
    const sj_meta *meta = &store->meta;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    int size;
    bool good;

    (void) sodium_bin2hex(store_id, sizeof store_id, meta->store_id, SJ_ID_SIZE);
    (void) sodium_bin2hex(digest, sizeof digest, meta->digest, sizeof meta->digest);
    size = snprintf(text, sizeof text,
                    "service %s\nstore %s\nepoch %" PRIu64 "\nsequence at least %" PRIu64
                    "\ndigest then %s\nlog_time_ms %" PRIu64 "\n",
                    store->schema.service, store_id, meta->epoch, meta->seq, digest, meta->log_ms);
    good = fd >= 0 && write(fd, text, (size_t) size) == size && fsync(fd) == 0;
    if (fd >= 0)
        (void) close(fd);
    return good;
}

bool
sj_backup(sj_store *store, const char *folder, char words[SJ_WORDS_MAX])
{
    char part[SJ_PATH_MAX], final[SJ_PATH_MAX], data[SJ_PATH_MAX], manifest[SJ_PATH_MAX];
    int code;

    if (!sj_path(part, folder, "store.part") || !sj_path(final, folder, "store") ||
        !sj_path(data, part, "data.mdb") || !sj_path(manifest, part, "BACKUP"))
        return sj_path_fail(words, "the path is too long:", folder, "choose a shorter one");
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return sj_path_fail(words, "cannot make the folder", folder, strerror(errno));
    if (access(final, F_OK) == 0)
        return sj_path_fail(words, "there is a backup already in", folder, "give an empty folder");
    (void) unlink(data); /* of a backup that was cut short */
    (void) unlink(manifest);
    if (mkdir(part, 0750) != 0 && errno != EEXIST)
        return sj_path_fail(words, "cannot make the folder", part, strerror(errno));
    if (!journal_has_rows(&store->journal) && !sj_store_checkpoint(store, words))
        return false;
    code = mdb_env_copy2(store->env, part, MDB_CP_COMPACT);
    if (code != 0)
        return sj_path_fail(words, "cannot copy to", part, mdb_strerror(code));
    if (chmod(data, 0640) != 0 || !write_manifest(store, manifest) || !sj_path_sync(data) ||
        !sj_path_sync(part) || rename(part, final) != 0 || !sj_path_sync(folder))
        return sj_path_fail(words, "cannot finish", final, strerror(errno));
    return true;
}
