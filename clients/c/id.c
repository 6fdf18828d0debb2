/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/sijill.h"

#include "clients/c/clock.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { POOL_SIZE = 4096, COUNTER_BITS = 12 };

/* The last id's time and counter: ids rise even when many are made in one millisecond or the clock
 * goes back. */
static _Thread_local uint64_t last_ms;
static _Thread_local uint32_t counter;
/* Random octets are drawn by the page: one system call for each id would cost more than all the
 * rest of it. */
static _Thread_local uint8_t pool[POOL_SIZE];
static _Thread_local size_t pool_left;
static _Thread_local pid_t pool_owner; /* a forked child must not make its parent's ids again */

static void
draw(uint8_t *out, size_t size)
{
    pid_t self = getpid();

    if (pool_left < size || pool_owner != self) {
        int ready = sodium_init();

        assert(ready >= 0);
        randombytes_buf(pool, sizeof pool);
        pool_left = sizeof pool;
        pool_owner = self;
    }
    memcpy(out, pool + sizeof pool - pool_left, size);
    pool_left -= size;
}

void
sijill_request_id(uint8_t id[SIJILL_ID_SIZE])
{
    uint64_t now = clock_wall_ms();

    draw(id, SIJILL_ID_SIZE);
    if (now > last_ms) {
        last_ms = now;
        counter = (uint32_t) (id[6] << 8 | id[7]) & 0x7ff; /* the upper half is left to count in */
    } else if (++counter >> COUNTER_BITS != 0) {
        last_ms++;
        counter = 0;
    }
    for (size_t i = 0; i < 6; i++)
        id[i] = (uint8_t) (last_ms >> (40 - 8 * i));
    id[6] = (uint8_t) (0x70 | counter >> 8);
    id[7] = (uint8_t) counter;
    id[8] = (uint8_t) (0x80 | (id[8] & 0x3f));
}

void
sijill_actor(const char *name, uint8_t actor[SIJILL_ID_SIZE])
{
    static const unsigned char domain[] = { 'u', 's', 'e', 'r', ':' };
    crypto_generichash_state state;

    (void) crypto_generichash_init(&state, NULL, 0, SIJILL_ID_SIZE);
    (void) crypto_generichash_update(&state, domain, sizeof domain);
    (void) crypto_generichash_update(&state, (const unsigned char *) name, strlen(name));
    (void) crypto_generichash_final(&state, actor, SIJILL_ID_SIZE);
}

void
sijill_key_hash(const uint8_t secret[SIJILL_SECRET_SIZE], uint8_t hash[SIJILL_SECRET_SIZE])
{
    (void) crypto_generichash(hash, SIJILL_SECRET_SIZE, secret, SIJILL_SECRET_SIZE, NULL, 0);
}

void
sijill_hex(const uint8_t id[SIJILL_ID_SIZE], char text[2 * SIJILL_ID_SIZE + 1])
{
    (void) sodium_bin2hex(text, 2 * SIJILL_ID_SIZE + 1, id, SIJILL_ID_SIZE);
}

static int
digit_of(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

bool
sijill_unhex(const char *text, uint8_t id[SIJILL_ID_SIZE])
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        int digit = digit_of(*text);

        if (*text == '-' && count % 2 == 0)
            continue;
        if (digit < 0 || count == 2 * (size_t) SIJILL_ID_SIZE)
            return false;
        id[count / 2] = (uint8_t) (id[count / 2] << 4 | digit);
        count++;
    }
    return count == 2 * (size_t) SIJILL_ID_SIZE;
}
