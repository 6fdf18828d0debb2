/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * routes: every handler of the certificate service, a file each.
 * proto/sijill/v1/certificate.proto says what the commands and queries mean.
 */
#include "services/core/command.h"

/* Records of registration and attendance. */
sj_handler certificate_keep_organisation;
sj_handler certificate_keep_programme;
sj_handler certificate_keep_event;
sj_handler certificate_keep_registration;
sj_handler certificate_keep_verdict;
sj_handler certificate_pass_over; /* records of no concern here; each has its route, as an unknown
                                     type stops the feed */

sj_handler issue_certificate;
sj_handler revoke_certificate;
sj_handler reissue_certificate;
sj_handler attach_signatures;
sj_handler adopt_keys;
sj_handler refresh_status_list;
sj_handler certificate_pulse;

sj_handler get_certificate;
sj_handler list_certificates;
sj_handler get_status_list;
sj_handler get_did_document;
sj_handler list_eligible;

sj_scrub certificate_scrub;
