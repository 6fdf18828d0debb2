/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status: what a service says of itself on its ctl socket.
 */
#include "clients/cli/cli.h"

/* NULL: it does not answer; *reply says how. */
Sijill__V1__ServiceStatus *status_of(cli *c, int service, sijill_reply *reply);
