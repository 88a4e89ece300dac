"""Every capture of tcpdump's own tests is decoded without an exception: odd link types, cut and hostile packets.

They come from Debian's source package (tests/debian_sources.py). Where they cannot be had the test is skipped, and says why.
"""

from __future__ import annotations

import pytest

from kit.packets import pcap, pcapng
from kit.packets.conversation import conversations
from kit.packets.decode import decode
from kit.packets.pcap import PcapError
from tests.debian_sources import UnavailableError, captures


def test_every_capture_of_tcpdumps_own_tests_is_decoded() -> None:
    try:
        found = list(captures("tcpdump", "tests"))
    except UnavailableError as error:
        pytest.skip(str(error))
    packets = decoded = 0
    refused = []
    for name, data in found:
        reader = pcapng if data.startswith(pcapng.MAGIC) else pcap
        try:
            frames = reader.read(data).frames
        except PcapError as error:
            refused.append(f"{name}: {error}")
            continue
        read = [decode(frame, number) for number, frame in enumerate(frames, 1)]
        for conversation in conversations(read):
            assert set(conversation.history.lower()) <= set("^shadfrtwiq")
            assert len(conversation.closing) <= 4
            for end in (conversation.client, conversation.server):
                conversation.stream(end)
        packets += len(read)
        decoded += sum(packet.protocol != "other" for packet in read)
    assert len(found) > 300
    assert packets > 5000
    assert decoded > packets // 3  # most of the rest are of link types that no host of ours has
    assert all("record of" in line or "not a pcap" in line or "block of" in line for line in refused), refused
