from __future__ import annotations

import os

from bench.memory import Held, established, pss

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 020012C6:1F41 030012C6:D431 01 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 020012C6:1F41 040012C6:D432 01 00000000:00000000 00:00000000 00000000     0        0 3 1
   3: 020012C6:1F41 050012C6:D433 06 00000000:00000000 00:00000000 00000000     0        0 0 3
   4: 020012C6:D434 060012C6:0050 01 00000000:00000000 00:00000000 00000000     0        0 4 1
"""
ROLLUP = "55d0-7ffc ---p 00000000 00:00 0  [rollup]\nRss:  9000 kB\nPss:  1500 kB\nPss_Dirty:  700 kB\n"


def test_only_connections_of_the_port_that_stand_are_counted() -> None:
    assert established(TABLE) == 2


def test_memory_is_the_proportional_share_in_bytes() -> None:
    assert pss(ROLLUP) == 1500 * 1024
    with open(f"/proc/{os.getpid()}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123  # not a file of ours
        assert pss(file.read()) > 1_000_000


def test_the_total_is_of_all_kinds() -> None:
    assert Held({"kit": 3, "tcpdump": 4}).total == 7
