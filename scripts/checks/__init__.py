# SPDX-License-Identifier: Apache-2.0
"""checks: the rules of CONTRIBUTING.md and ARCHITECTURE.md as functions. Each takes the root of a
tree and yields one line for each breach, "path:line: what is wrong, what to do"; none says nothing.
tests/unit/checks feeds every one a tree that breaks it."""
