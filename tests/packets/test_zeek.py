"""Claims about kit/packets/zeek.py: letters and states as Zeek gives them."""

from __future__ import annotations

import pytest

from kit.packets.conversation import conversations
from tests.packets.build import trace

OPEN = "c > s S 0\ns > c S. 0 ack 1\nc > s . 1 ack 1\n"
BOTH = 'c > s P. 1 ack 1 "ping"\ns > c . 1 ack 5\ns > c P. 1 ack 5 "pong"\n'


@pytest.mark.parametrize(
    ("text", "history", "state"),
    [
        ("c > s S 0", "S", "S0"),
        ("c > s S 0\n1 c > s S 0", "S", "S0"),
        ("c > s S 0\ns > c R. 0 ack 1", "Sr", "REJ"),
        ("c > s S 0\ns > c . 0 ack 1", "Sa", "S0"),
        ("c > s S 0\ns > c S. 0 ack 1", "Sh", "S1"),
        (OPEN, "ShA", "S1"),
        (OPEN + BOTH, "ShADad", "S1"),
        (OPEN + BOTH + "c > s F. 5 ack 5\ns > c F. 5 ack 6\nc > s . 6 ack 6", "ShADadFf", "SF"),
        (OPEN + BOTH + "s > c F. 5 ack 5\nc > s F. 5 ack 6", "ShADadfF", "SF"),
        (OPEN + "c > s F. 1 ack 1", "ShAF", "S2"),
        (OPEN + "s > c F. 1 ack 1", "ShAf", "S3"),
        (OPEN + "c > s R. 1 ack 1", "ShAR", "RSTO"),
        (OPEN + "s > c R. 1 ack 1", "ShAr", "RSTR"),
        (OPEN + "c > s F. 1 ack 1\ns > c R 1", "ShAFr", "RSTR"),
        (OPEN + "c > s F. 1 ack 1\ns > c F. 1 ack 2\ns > c R 2", "ShAFfr", "SF"),
        ("c > s S 0\nc > s R 1", "SR", "RSTOS0"),
        ("c > s S 0\nc > s F 1", "SF", "SH"),
        ("s > c S. 0 ack 1\ns > c F. 1 ack 1", "^hf", "SHR"),
        ("s > c S. 0 ack 1\ns > c R. 1 ack 1", "^hr", "RSTRH"),
        ("s > c S. 0 ack 1\nc > s . 1 ack 1", "^hA", "S1"),
        ('c > s P. 1 ack 1 "x"\ns > c . 1 ack 2', "Da", "OTH"),
        ("c > s - 1", "", "OTH"),
    ],
)
def test_a_connection_is_told_as_zeek_tells_it(text: str, history: str, state: str) -> None:
    (found,) = conversations(trace(text))
    assert (found.history, found.conn_state) == (history, state)


def test_a_letter_comes_once_a_direction_however_many_segments() -> None:
    (found,) = conversations(
        trace(OPEN + "c > s P. 1:3(2) ack 1\nc > s P. 3:5(2) ack 1\ns > c . 1 ack 3\ns > c . 1 ack 5")
    )
    assert found.history == "ShADa"


def test_a_fin_with_data_is_a_fin_alone() -> None:
    (found,) = conversations(trace(OPEN + 'c > s FP. 1 ack 1 "bye"'))
    assert found.history == "ShAF"


def test_a_control_segment_comes_again_where_its_number_is_another() -> None:
    (found,) = conversations(trace(OPEN + "s > c R 1\ns > c R 1\ns > c R 5"))
    assert found.history == "ShArr"


def test_impossible_flags_have_letters_of_their_own() -> None:
    assert conversations(trace("c > s FR 1"))[0].history == "I"
    assert conversations(trace("c > s SF 1"))[0].history == "Q"


def test_payload_that_was_sent_again_is_told_at_the_first_and_the_tenth_time() -> None:
    again = 'c > s P. 1 ack 1 "ping"\n'
    assert conversations(trace(OPEN + again * 2))[0].history == "ShADT"
    assert conversations(trace(OPEN + again * 11))[0].history == "ShADTT"


def test_a_zero_window_is_told_unless_it_cannot_matter() -> None:
    assert conversations(trace(OPEN + "s > c . 1 ack 1 win 0"))[0].history == "ShAaw"
    assert conversations(trace(OPEN + "c > s F. 1 ack 1\ns > c . 1 ack 2 win 0"))[0].history == "ShAFa"
    assert conversations(trace("c > s S 0\ns > c R. 0 ack 1 win 0"))[0].history == "Sr"


@pytest.mark.parametrize(
    ("text", "history", "state"),
    [('c > s udp "a"', "D", "S0"), ('c > s udp "a"\ns > c udp "b"\nc > s udp "c"', "Dd", "SF")],
)
def test_udp_tells_who_spoke(text: str, history: str, state: str) -> None:
    (found,) = conversations(trace(text))
    assert (found.history, found.conn_state) == (history, state)
