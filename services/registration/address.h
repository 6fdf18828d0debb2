/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * address: whether a text can be a web address that something is sent to.  Form alone: nothing is
 * looked up.
 */
#include <stdbool.h>

/* http or https, a host without a user before it, printable ASCII without spaces. */
bool address_plausible(const char *url);
/* The same, and https, or http to this machine: secrets and people's data go there. */
bool address_private(const char *url);
