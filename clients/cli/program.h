/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * program: the whole of `sijill` but main, so that tests can run it.
 */
int sijill_main(int argc, char **argv);
