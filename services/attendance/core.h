/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * attendance: a ledger of observed presence, and the verdicts that follow from it.
 */
#include "services/core/command.h"

extern const sj_core attendance_core;
