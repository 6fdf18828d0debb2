/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers are told in the text format of Prometheus; tests/door.py reads whole expositions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/http/metrics.h"

static void
write_one_of_each(void *context, metrics_text *out)
{
    static const uint64_t bound[] = { 1000, 2500 };
    static const uint64_t count[] = { 3, 2, 1 };
    metrics_label labels[] = { { "service", "a\"b\\c\nd" }, { NULL, NULL } };

    (void) context;
    metrics_family(out, "x_total", METRICS_COUNTER, "Help.");
    metrics_sample(out, "", 17, NULL);
    metrics_family(out, "y", METRICS_GAUGE, "Help.");
    metrics_sample(out, "", 0.25, labels);
    metrics_family(out, "z_seconds", METRICS_HISTOGRAM, "Help.");
    metrics_buckets(
        out,
        &(metrics_histogram){ .bounds = 2, .bound = bound, .count = count, .sum = 9, .unit = 1e-6 },
        NULL);
}

static void
families_samples_and_histograms_are_written_as_prometheus_reads_them(void **state)
{
    static const char expected[] = "# HELP x_total Help.\n# TYPE x_total counter\nx_total 17\n"
                                   "# HELP y Help.\n# TYPE y gauge\n"
                                   "y{service=\"a\\\"b\\\\c\\nd\"} 0.25\n"
                                   "# HELP z_seconds Help.\n# TYPE z_seconds histogram\n"
                                   "z_seconds_bucket{le=\"0.001\"} 3\n"
                                   "z_seconds_bucket{le=\"0.0025\"} 5\n"
                                   "z_seconds_bucket{le=\"+Inf\"} 6\n"
                                   "z_seconds_sum 9e-06\nz_seconds_count 6\n";
    metrics *m = metrics_open();
    size_t size = 0;
    char *text;

    (void) state;
    metrics_add(m, write_one_of_each, NULL);
    text = metrics_write(m, &size);
    assert_int_equal(size, sizeof(expected) - 1);
    assert_memory_equal(text, expected, size);
    free(text);
    metrics_close(&m);
}

static void
write_much(void *context, metrics_text *out)
{
    (void) context;
    metrics_family(out, "much", METRICS_GAUGE, "Help.");
    for (int i = 0; i < 10000; i++)
        metrics_sample(out, "", i, NULL);
}

static void
an_exposition_may_be_of_any_length(void **state)
{
    metrics *m = metrics_open();
    size_t size = 0;
    char *text;

    (void) state;
    metrics_add(m, write_much, NULL);
    text = metrics_write(m, &size);
    assert_memory_equal(text + size - strlen("\nmuch 9999\n"), "\nmuch 9999\n",
                        strlen("\nmuch 9999\n"));
    free(text);
    metrics_close(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_samples_and_histograms_are_written_as_prometheus_reads_them),
        cmocka_unit_test(an_exposition_may_be_of_any_length),
    };

    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
