from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kit.ladder.model import Ended, Lane, Strand
from kit.report.layout import GAP, lay_out, slots_of
from kit.report.rows import rows_of
from kit.report.shapes import Box, Label, Line, fitted, width_of
from tests.report.scene import arrived, at, began, ladder, mark, said, segment, small_ladder

if TYPE_CHECKING:
    from kit.ladder.model import Ladder
    from kit.report.shapes import Picture


def picture(run: Ladder, lang: str = "en") -> Picture:
    return lay_out(run, slots_of(run, rows_of(run)), lang)


def texts(drawn: Picture, style: str = "text") -> list[str]:
    return [
        shape.text
        for item in drawn.items
        for shape in item.shapes
        if isinstance(shape, Label) and shape.style == style
    ]


def boxes(drawn: Picture, style: str) -> list[Box]:
    return [shape for shape in drawn.under if isinstance(shape, Box) and style in shape.style.split()]


def test_rows_stand_below_one_another_without_overlap() -> None:
    items = picture(small_ladder()).items
    assert all(above.top + above.height <= below.top for above, below in pairwise(items))


def test_nothing_is_drawn_outside_the_picture() -> None:
    drawn = picture(small_ladder())
    for shape in [*drawn.head, *(shape for item in drawn.items for shape in item.shapes)]:
        if isinstance(shape, Label):
            left = {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * width_of(shape.text)
            assert shape.x - left >= 0
            assert shape.x - left + width_of(shape.text) <= drawn.width


def test_an_arrow_goes_from_the_senders_lifeline_down_to_the_receivers() -> None:
    drawn = picture(ladder(segment(1, 1, "cs"), arrived(1, 1, "server")))
    (arrow,) = [
        shape for shape in drawn.items[0].shapes if isinstance(shape, Line) and shape.style == "arrow"
    ]
    client, server = [line.x1 for line in drawn.under if isinstance(line, Line)]
    assert (arrow.x1, round(arrow.x2 - server)) == (client, -3)
    assert arrow.y2 > arrow.y1


def test_a_lost_segment_ends_in_a_cross_before_the_receiver() -> None:
    drawn = picture(ladder(segment(1, 1, "cs", fate="lost", received_packet=None)))
    crosses = [shape for shape in drawn.items[0].shapes if getattr(shape, "style", "") == "cross"]
    assert len(crosses) == 2
    assert "lost" in texts(drawn)


def test_a_late_segment_is_an_arrow_across_the_rows_that_it_took() -> None:
    drawn = picture(ladder(segment(1, 1, "cs"), said("x", 2), arrived(1, 3, "server")))
    (arrow,) = [shape for shape in drawn.over if isinstance(shape, Line)]
    assert arrow.y1 < drawn.items[1].top < drawn.items[2].top < arrow.y2


def test_a_blocked_call_is_a_bar_from_entry_to_return() -> None:
    drawn = picture(small_ladder())
    accept, connect = sorted(boxes(drawn, "bar"), key=lambda box: box.y)
    assert accept.y < connect.y
    assert accept.y + accept.height > connect.y + connect.height


def test_a_call_that_never_returned_is_open_to_the_end() -> None:
    drawn = picture(ladder(began(1, 1, "server", blocked=True), said("x", 2)))
    (bar,) = boxes(drawn, "open")
    assert bar.y + bar.height == drawn.height
    assert "accept() (never returned)" in texts(drawn)


def test_a_call_that_never_returned_ends_with_its_program() -> None:
    end = Ended(program="server", lane="server", code=0, **at(2))
    drawn = picture(ladder(began(1, 1, "server", blocked=True), end, said("x", 3, "client")))
    (bar,) = boxes(drawn, "open")
    assert drawn.items[1].top < bar.y + bar.height < drawn.items[2].top


def test_frozen_time_is_shaded_from_its_first_row_to_its_last() -> None:
    drawn = picture(small_ladder())
    (shade,) = boxes(drawn, "frozen")
    inside = [
        item for item in drawn.items if item.top < shade.y + shade.height and item.top + item.height > shade.y
    ]
    assert [item.events[0] for item in inside] == [4, 5]


def test_idle_time_is_said_and_makes_room() -> None:
    drawn = picture(ladder(mark(1, "a", 0), mark(2, "b", 1500)))
    assert texts(drawn, "idle") == ["⋯ 1.50 s later"]
    assert drawn.items[1].height - drawn.items[0].height == GAP


def test_what_a_fold_took_is_no_idle_time() -> None:
    lines = [said("x", number * 10) for number in range(100)]
    assert texts(picture(ladder(*lines)), "idle") == []


def test_programs_of_one_host_have_a_column_each_in_one_box() -> None:
    lane = Lane("machine", "198.18.0.2", (Strand("server"), Strand("client")))
    over_loopback: dict[str, Any] = {"from_lane": "machine", "to_lane": "machine"}
    drawn = picture(
        ladder(
            segment(1, 1, "cs", **over_loopback),
            arrived(1, 1, "machine"),
            lanes=[lane],
        )
    )
    lifelines = [shape.x1 for shape in drawn.under if isinstance(shape, Line)]
    (arrow,) = [shape for shape in drawn.items[0].shapes if getattr(shape, "style", "") == "arrow"]
    assert len(lifelines) == 2
    assert isinstance(arrow, Line)
    assert arrow.x1 > arrow.x2
    assert len([shape for shape in drawn.head if isinstance(shape, Box)]) == 1


def test_a_segment_between_unknown_programs_of_one_host_is_a_loop() -> None:
    where: dict[str, Any] = {
        "from_lane": "server",
        "to_lane": "server",
        "from_program": None,
        "to_program": None,
    }
    drawn = picture(ladder(segment(1, 1, "cs", **where), arrived(1, 1, "server")))
    arrows = [shape for shape in drawn.items[0].shapes if getattr(shape, "style", "") == "arrow"]
    assert len(arrows) == 3


def test_the_same_ladder_gives_the_same_places() -> None:
    assert picture(small_ladder()) == picture(small_ladder())


def test_chinese_words_are_chinese() -> None:
    assert "退出码 0" in texts(picture(small_ladder(), "zh"))


def test_a_run_without_events_has_a_picture() -> None:
    assert picture(ladder()).items == ()


def test_long_output_is_cut_with_an_ellipsis() -> None:
    (shown,) = texts(picture(ladder(said("x" * 500, 1))))
    assert shown.endswith("…")
    assert len(shown) < 60


def test_wide_characters_count_as_wide() -> None:
    assert width_of("中") > width_of("a")
    assert fitted("中" * 10, width_of("a" * 10)) == "中" * 5 + "…"
