/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * watch: requests that an operator should hear of, on the log: those that failed by a fault of the
 * machine, and those that took more than a second.  A line has the request's id and trace, so that
 * it can be followed from the gateway to the store, and nothing of what was asked.
 */
#include "services/runtime/service.h"

enum {
    SJ_SLOW_US = 1000 * 1000,
    SJ_WATCH_LINES = 20, /* a second; what is more is counted, because a log is slow as well */
};

/* Look at a job that is about to be answered. */
void sj_watch_answer(sj_service *service, const sj_job *job);
/* A command that a fault took out of its batch, and why. */
void sj_watch_fault(const sj_command *cmd, const char *words);
