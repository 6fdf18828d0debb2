/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * commands: the families of commands, one table each; main.c joins them.
 */
#include "clients/cli/cli.h"

extern const command org_commands[];
extern const command key_commands[];
extern const command peer_commands[];
extern const command event_commands[];
extern const command event_edit_commands[];
extern const command event_import_commands[];
extern const command registration_commands[];
extern const command registration_import_commands[];
extern const command attendance_commands[];
extern const command attendance_import_commands[];
extern const command upload_commands[];
extern const command explain_commands[];
extern const command certificate_commands[];
extern const command certificate_issue_commands[];
extern const command hook_commands[];
extern const command held_commands[];
extern const command endpoint_commands[];
extern const command verify_commands[];
extern const command upkeep_commands[];
extern const command status_commands[];
extern const command audit_commands[];
extern const command feed_commands[];
