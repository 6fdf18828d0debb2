/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * address: where the services are: on this machine by their sockets, or, where the peers file says
 * so, on another by tcp with CURVE.  docs/operations.md has the file.
 */
#include "clients/c/sijill.h"

enum { ADDRESS_SIZE = 256, ADDRESS_SERVICES = 3 };

/* As the options say; its texts are the caller's. */
typedef struct addresses {
    const char *run;       /* folder of the sockets */
    const char *peers;     /* file; "": all services are here */
    const char *curve_key; /* file of the gateway's secret key; "": none */
} addresses;

typedef struct address {
    char endpoint[ADDRESS_SIZE];
    char server[SIJILL_CURVE_SIZE];
    const char *curve_server;   /* `server`, or NULL: a socket of this machine */
    const char *curve_key_file; /* NULL likewise */
} address;

/* The front or the feed of a service: 0 registration, 1 attendance, 2 certificate.  False: *words,
 * static or in `why`, say what is wrong; after address_check it never is. */
bool address_of(const addresses *all, unsigned service, bool feed, address *out,
                char why[SIJILL_CURVE_WORDS]);
/* Open a feed there: endpoint, keys and agent of *options are filled in here. */
sijill_feed *address_feed(const addresses *all, unsigned service,
                          const sijill_feed_options *options);
/* Whether all of them can be used; words on the log. */
bool address_check(const addresses *all);
const char *address_name(unsigned service); /* "registration" */
