from __future__ import annotations

import pytest

from kit.classroom.similarity import MOST_SEEN, seen, words_of
from kit.exercise import catalogue, loader
from tests.checks.scene import HANDSHAKE, evidence, printed

WORDS = {"abcdefg": "bob", "hijklmn": "cy"}


def found(
    packets: str = "", lines: tuple[str, ...] = (), stream: str = "stdout"
) -> list[tuple[str, str, str]]:
    outputs = printed("server", *lines, stream=stream)
    return [(one.word, one.student, one.place) for one in seen(evidence(packets, outputs=outputs), WORDS)]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_word_of_anothers_that_is_printed_is_told_with_its_place(stream: str) -> None:
    assert found(lines=("1 abcdefg\n",), stream=stream) == [("abcdefg", "bob", "server at 0.005 s")]


def test_a_word_that_is_sent_is_told_with_the_packet() -> None:
    assert found(HANDSHAKE + 'c > s P. 1 ack 1 "hijklmn"') == [
        ("hijklmn", "cy", "server packet 4 at 0.004 s")
    ]


def test_a_word_that_is_sent_and_printed_is_told_where_it_was_on_the_wire() -> None:
    assert found(HANDSHAKE + 'c > s P. 1 ack 1 "hijklmn"', ("hijklmn\n",)) == [
        ("hijklmn", "cy", "server packet 4 at 0.004 s")
    ]


def test_a_word_that_is_sent_in_pieces_is_still_one() -> None:
    pieces = 'c > s P. 1 ack 1 "x abc"\ns > c . 1 ack 6\nc > s P. 6 ack 1 "defg y"'
    assert found(HANDSHAKE + pieces) == [("abcdefg", "bob", "server packet 4 at 0.004 s")]


def test_a_word_in_a_datagram_is_told_and_two_datagrams_make_no_word() -> None:
    assert found('c > s udp "hijklmn"') == [("hijklmn", "cy", "server packet 1 at 0.001 s")]
    assert found('c > s udp "abc"\nc > s udp "defg"') == []


def test_a_word_inside_another_is_seen_and_each_is_told_once() -> None:
    lines = ("xxabcdefgzz\n", "abcdefg\n", "HIJKLMN\n")
    assert [word for word, _, _ in found(lines=lines)] == ["abcdefg"]


def test_what_nobody_was_given_is_nothing() -> None:
    assert found(HANDSHAKE + 'c > s P. 1 ack 1 "abcdefh"', ("abcdef\n",)) == []
    assert seen(evidence(), {}) == ()


def test_a_hundred_words_are_not_listed_all() -> None:
    words = {f"word{number:04d}": "bob" for number in range(100)}
    outputs = printed("server", " ".join(words))
    assert len(seen(evidence("", outputs=outputs), words)) == MOST_SEEN


def test_a_seed_has_the_words_that_its_run_has_and_no_short_ones() -> None:
    definition = loader.load(catalogue.find("listen-accept")).definition
    words = words_of(definition, "listen-accept/ann")
    assert len(words) == 2
    assert all(len(word) == 7 for word in words)
    assert words == words_of(definition, "listen-accept/ann")
    assert words.isdisjoint(words_of(definition, "listen-accept/bob"))
