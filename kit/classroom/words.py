"""What is said of a class, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.classroom.roll import Row

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "class": "{exercise} · {count} students",
        "student": "student",
        "name": "name",
        "section": "section",
        "outcome": "outcome",
        "score": "score",
        "not passed": "not passed",
        "check": "check",
        "failed": "failed",
        "of": "{part} of {whole}",
        "scores": "scores",
        "students": "students",
        "pass": "pass",
        "fail": "fail",
        "inconclusive": "inconclusive",
        "trouble": "inconclusive",
        "missing": "nothing handed in",
        "counts": "{passed} passed, {failed} failed, {inconclusive} inconclusive, {missing} handed in nothing",
        "late": "late",
        "seen": "words of {student} ({place})",
        "open": "inconclusive {times} times: {why}",
        "older": "the newest run was inconclusive: {why}",
        "when": "when",
        "why": "why it was run",
        "run": "run directory",
        "progress": "{done} of {total} done · {running} running · {waiting} waiting",
        "left": "about {minutes} left",
        "so far": "{passed} passed · {failed} failed · {inconclusive} inconclusive",
        "one": "{done} of {total}: {student}: {outcome}, {score} of {max_score} points",
        "one without": "{done} of {total}: {student}: {outcome}: {why}",
        "again later": "{done} of {total}: {student}: {outcome}; it is tried again, alone",
        "known": "{known} of {total} verdicts were in the journal already",
        "minutes": "{count} min",
        "seconds": "{count} s",
    },
    "zh": {
        "class": "{exercise} · {count} 名学生",
        "student": "学生",
        "name": "姓名",
        "section": "班级",
        "outcome": "结果",
        "score": "得分",
        "not passed": "未通过的检查",
        "check": "检查",
        "failed": "未通过",
        "of": "{part}/{whole}",
        "scores": "分数分布",
        "students": "人数",
        "pass": "通过",
        "fail": "未通过",
        "inconclusive": "无法判定",
        "trouble": "无法判定",
        "missing": "没有提交",
        "counts": "{passed} 人通过，{failed} 人未通过，{inconclusive} 人无法判定，{missing} 人没有提交",
        "late": "迟交",
        "seen": "出现了 {student} 的词（{place}）",
        "open": "{times} 次无法判定：{why}",
        "older": "最近一次运行无法判定：{why}",
        "when": "时间",
        "why": "运行原因",
        "run": "运行目录",
        "progress": "已完成 {done}/{total} · 正在运行 {running} · 等待 {waiting}",
        "left": "约剩 {minutes}",
        "so far": "{passed} 通过 · {failed} 未通过 · {inconclusive} 无法判定",
        "one": "{done}/{total}：{student}：{outcome}，得分 {score}，满分 {max_score}",
        "one without": "{done}/{total}：{student}：{outcome}：{why}",
        "again later": "{done}/{total}：{student}：{outcome}；稍后单独再试",
        "known": "{total} 个结果中有 {known} 个已在日志中",
        "minutes": "{count} 分钟",
        "seconds": "{count} 秒",
    },
}


def say(lang: str, key: str, **values: object) -> str:
    """Give one phrase. An unknown language reads English."""
    return _WORDS.get(lang, _WORDS["en"])[key].format(**values)


def notes_of(row: Row, lang: str) -> Iterator[str]:
    """Say what a teacher should look at beside the findings; strangers' words in it are as they are."""
    if row.late:
        yield say(lang, "late")
    if row.entry is not None:
        for seen in row.entry.seen:
            yield say(lang, "seen", student=seen["student"], place=seen["place"])
    if row.newest is not None:
        key = "older" if row.entry is not None and row.entry.conclusive else "open"
        yield say(lang, key, times=row.tries, why=row.newest.trouble).rstrip(": ：")
