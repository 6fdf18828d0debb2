/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/core.h"
#include "services/certificate/sign_exchange.h"
#include "services/runtime/program.h"

static sign_exchange exchange;

static bool
prepare(const sj_options *options)
{
    exchange.org = (uint64_t) sj_option_number(options, "issuer-org");
    return true;
}

int
main(int argc, char **argv)
{
    static const sj_link_plan signer = { .name = "signer",
                                         .ask = sign_exchange_ask,
                                         .answer = sign_exchange_answer,
                                         .lost = sign_exchange_lost,
                                         .words = sign_exchange_words,
                                         .context = &exchange };
    static const sj_service_plan plan = { .core = &certificate_core,
                                          .follows = { { "registration", 1 }, { "attendance", 2 } },
                                          .link = &signer };
    static const sj_program program = {
        .name = "sijill-certificate",
        .purpose = "certificates: issued, revoked, proved",
        .plan = &plan,
        .extra = { { .name = "issuer-org",
                     .kind = SJ_OPTION_NUMBER,
                     .value = "N",
                     .fallback = "1",
                     .help = "organisation whose issuer's keys the signer holds",
                     .number_min = 1,
                     .number_max = INT64_MAX } },
        .extra_count = 1,
        .prepare = prepare,
    };

    return sj_program_main(&program, argc, argv);
}
