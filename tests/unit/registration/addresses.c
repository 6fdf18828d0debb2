/* SPDX-License-Identifier: Apache-2.0 */
/* What can be a web address, and to which of them secrets and people's data may go. */
#include "services/registration/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct expected {
    const char *url;
    bool plausible, private;
} expected;

static const expected urls[] = {
    { "https://portal.example/in", true, true },
    { "https://portal.example:8443/in?a=b#c", true, true },
    { "https://127.0.0.1", true, true },
    { "http://127.0.0.1:9/in", true, true },
    { "http://127.9.8.7/", true, true },
    { "http://localhost:8080", true, true },
    { "http://[::1]:8080/in", true, true },
    { "https://[2001:db8::1]/in", true, true },
    { "http://portal.example/in", true, false },
    { "http://localhost.example/in", true, false },
    { "http://127.0.0.1.example/in", true, false },
    { "http://127.evil.example/in", true, false },
    { "http://[::2]/in", true, false },
    { "http://localhost@portal.example/in", false, false },
    { "https://user:word@portal.example/in", false, false },
    { "https://portal.example/@in", true, true },
    { "https://portal.example:/in", false, false },
    { "https://portal.example:port/in", false, false },
    { "https://portal.example:123456/in", false, false },
    { "https://portal.example/a b", false, false },
    { "https://portal.example/\n", false, false },
    { "https://b\xc3\xbc"
      "cher.example/",
      false, false },
    { "https://", false, false },
    { "https:///in", false, false },
    { "https://:80/in", false, false },
    { "https://.example/", false, false },
    { "https://[::1/in", false, false },
    { "https://[]/in", false, false },
    { "https://[::1]example/in", false, false },
    { "ftp://portal.example/in", false, false },
    { "HTTPS://portal.example/in", false, false },
    { "portal.example/in", false, false },
    { "", false, false },
};

static void
an_address_is_plausible_and_private_as_expected(void **state)
{
    (void) state;
    for (size_t n = 0; n < sizeof urls / sizeof urls[0]; n++) {
        if (address_plausible(urls[n].url) != urls[n].plausible)
            fail_msg("%s: plausible is not %d", urls[n].url, urls[n].plausible);
        if (address_private(urls[n].url) != urls[n].private)
            fail_msg("%s: private is not %d", urls[n].url, urls[n].private);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_plausible_and_private_as_expected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
