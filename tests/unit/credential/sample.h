/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sample: facts of a made-up certificate, for tests.
 */
#include "proto/credential/badge.h"

#define SAMPLE_DID "did:web:sijill.example"

static const sj_badge_title sample_titles[] = {
    { "en", "Small Area Estimation" },
    { "ar", "تقدير المناطق الصغيرة" },
    { "tr", "Küçük Alan Tahmini" },
};

static const char *const sample_tags[] = { "StatCaB" };

static inline sj_badge
sample_badge(void)
{
    return (sj_badge){
        .kind = SJ_BADGE_ATTENDANCE,
        .issuer_did = SAMPLE_DID,
        .issuer_name = "Example Training Centre",
        .certificate_id = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc,
                            0xdd, 0xee, 0xff, 0x01 },
        .registration_id = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
        .event_id = { 0xe1 },
        .holder_name = "Aysel Yılmaz",
        .holder_email = "a@example.com",
        .email_salt = { 0xab },
        .language = "en",
        .titles = sample_titles,
        .title_count = 3,
        .tags = sample_tags,
        .tag_count = 1,
        .valid_from_ms = 1747238400000,
        .awarded_ms = 1747238400000,
        .activity_start_ms = 1746979200000,
        .activity_end_ms = 1747152000000,
        .status_list_url = "https://sijill.example/status/0",
        .status_index = 94567,
    };
}
