"""What is said of a class, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.classroom.roll import Row

MOST_NAMED = 10  # of those who are told beside the result

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "class": "{exercise} · {count} students",
        "class of one": "{exercise} · 1 student",
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
        "counts": "{passed} passed, {failed} failed, {inconclusive} inconclusive",
        "counts missing": ", {missing} handed in nothing",
        "why timeline": "The run did not come to its end: a program ended too early, hung, or never listened.",
        "why submission": "What was handed in cannot be run: a file is missing, or cannot be read.",
        "why role": "This half does not work beside the reference's other half.",
        "to look at": "to look at",
        "late": "late",
        "seen": "words of {student} ({place})",
        "open": "inconclusive {count} times: {why}",
        "open of one": "inconclusive: {why}",
        "older": "the newest run was inconclusive: {why}",
        "when": "when",
        "attempt": "attempt",
        "why": "why it was run",
        "run": "run directory",
        "progress": "{done} of {total} done · {running} running · {waiting} waiting",
        "left": "about {minutes} left",
        "so far": "{passed} passed · {failed} failed · {inconclusive} inconclusive",
        "one": "{done} of {total}: {student}: {outcome}, {score} of {max_score} points",
        "one without": "{done} of {total}: {student}: {outcome}: {why}",
        "again later": "{done} of {total}: {student}: {outcome}; it is tried again, alone",
        "known": "{known} of {total} verdicts were in the journal already",
        "kept": "{done} of {total} verdicts are in {journal}: the same command goes on",
        "look closer": "who stands where: {command}",
        "submissions": "{count} submissions; {named}",
        "submissions of one": "1 submission; {named}",
        "moodle": "named as Moodle names them",
        "canvas": "named as Canvas names them",
        "github": "named as GitHub Classroom names them",
        "gradescope": "an export of Gradescope's",
        "plain": "each entry of {folder} is a student's",
        "handed in nothing": "handed in nothing: {names}",
        "of nobody": "of nobody in the roster: {names}",
        "without verdict": "without a verdict, and not in this: {names}",
        "and more": "{names} and {count} more",
        "filled in": "{filled} of {grades} scores are filled in",
        "scale": "full score: {points} here, {of_sheet} in the sheet",
        "no row": "{count} without a row in the sheet: {names}",
        "no score": "{count} without a score here, who keep what was there: {names}",
        "kept word": "{count} with a word in place of a score, which stays: {names}",
        "minutes": "{count} min",
        "seconds": "{count} s",
    },
    "zh": {
        "class": "{exercise} · {count} 名学生",
        "class of one": "{exercise} · 1 名学生",
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
        "counts": "{passed} 人通过，{failed} 人未通过，{inconclusive} 人无法判定",
        "counts missing": "，{missing} 人没有提交",
        "why timeline": "运行没有走到最后：程序过早结束、卡住，或者从未监听。",
        "why submission": "提交无法运行：缺少文件，或文件无法读取。",
        "why role": "这一半与参考答案的另一半配合不起来。",
        "to look at": "请留意",
        "late": "迟交",
        "seen": "出现了 {student} 的词（{place}）",
        "open": "{count} 次无法判定：{why}",
        "open of one": "无法判定：{why}",
        "older": "最近一次运行无法判定：{why}",
        "when": "时间",
        "attempt": "提交编号",
        "why": "运行原因",
        "run": "运行目录",
        "progress": "已完成 {done}/{total} · 正在运行 {running} · 等待 {waiting}",
        "left": "约剩 {minutes}",
        "so far": "{passed} 通过 · {failed} 未通过 · {inconclusive} 无法判定",
        "one": "{done}/{total}：{student}：{outcome}，得分 {score}，满分 {max_score}",
        "one without": "{done}/{total}：{student}：{outcome}：{why}",
        "again later": "{done}/{total}：{student}：{outcome}；稍后单独再试",
        "known": "{total} 个结果中有 {known} 个已在日志中",
        "kept": "{total} 个结果中有 {done} 个已存入 {journal}：用同一命令可继续",
        "look closer": "查看每个学生：{command}",
        "submissions": "{count} 份提交；{named}",
        "submissions of one": "1 份提交；{named}",
        "moodle": "按 Moodle 的方式命名",
        "canvas": "按 Canvas 的方式命名",
        "github": "按 GitHub Classroom 的方式命名",
        "gradescope": "Gradescope 的导出",
        "plain": "{folder} 中每一项属于一名学生",
        "handed in nothing": "没有提交：{names}",
        "of nobody": "不在名单中：{names}",
        "without verdict": "没有结果，未列出：{names}",
        "and more": "{names} 等，另有 {count} 个",
        "filled in": "{grades} 个分数中填入了 {filled} 个",
        "scale": "满分：题目 {points} 分，表格 {of_sheet} 分",
        "no row": "{count} 人在表格中没有对应的行：{names}",
        "no score": "{count} 人没有分数，保留原来的内容：{names}",
        "kept word": "{count} 人的分数处是文字，予以保留：{names}",
        "minutes": "{count} 分钟",
        "seconds": "{count} 秒",
    },
}


# Why something was run, as the journal keeps it (kit.classroom.journal.why_run) -> in Chinese, and plainer English.
_WHYS: Mapping[str, Mapping[str, str]] = {
    "en": {"the run before was trouble": "the run before was inconclusive"},
    "zh": {
        "first": "首次",
        "the exercise changed": "题目变了",
        "the submission changed": "提交变了",
        "the seed changed": "种子变了",
        "the run before was trouble": "上一次运行无法判定",
        "the run before was inconclusive": "上一次运行无法判定",
        "asked for": "要求运行",
    },
}


def why_run(lang: str, why: str) -> str:
    """Say in a language why something was run; what is not known here stays as it is."""
    known = _WHYS.get(lang, _WHYS["en"])
    return "; ".join(known.get(part, part) for part in why.split("; "))


def some(lang: str, names: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    first = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return say(lang, "and more", names=first, count=more) if more > 0 else first


def counted(lang: str, key: str, count: int, **values: object) -> str:
    """Give a phrase that has a form for one."""
    return say(lang, f"{key} of one" if count == 1 else key, count=count, **values)


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
        why = row.newest.trouble
        stands = row.entry is not None and row.entry.conclusive
        said = say(lang, "older", why=why) if stands else counted(lang, "open", row.tries, why=why)
        yield said.rstrip(": ：")
