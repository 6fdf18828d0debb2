# SPDX-License-Identifier: Apache-2.0
"""slow: strangers who hold connections to a gateway, for tests of what they may hold."""

import resource
from pathlib import Path

import door
import tap


def raise_descriptors(wanted):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < wanted:
        raise tap.Skip(f"needs {wanted} descriptors, the limit is {most}: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def resident_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


class Slow:
    """Many connections that do a little each second, for as long as they may."""

    def __init__(self, first, drip, reads=False):
        self.first, self.drip, self.reads, self.left = first, drip, reads, []

    def grow(self, port, count):
        for _ in range(count):
            client = door.Connection(port, receive_buffer=4096 if self.reads else 0)
            client.send(self.first)
            client.socket.setblocking(False)
            self.left.append(client.socket)

    def step(self):
        """Drip; forget those that were hung up on."""
        for one in list(self.left):
            try:
                if self.reads:
                    if not one.recv(1):
                        raise ConnectionResetError
                else:
                    one.send(self.drip)
            except BlockingIOError:
                pass
            except OSError:
                one.close()
                self.left.remove(one)

    def close(self):
        for one in self.left:
            one.close()
