"""Argument lists as values: what root and an ordinary user say differently, and what a program gets."""

from __future__ import annotations

from kit.backends._netns_sandbox import (
    ETC_OF_ALL,
    ROOT,
    USER,
    Machine,
    Rights,
    Tools,
    Wrapper,
    etc_files,
    hub,
    in_user_of,
    uid_of,
    wrapper,
)
from kit.backends.payload import FILTER
from kit.exercise.plan import Limits

TOOLS = Tools(bwrap="/usr/bin/bwrap", setpriv="/usr/bin/setpriv", prlimit="/usr/bin/prlimit")
MACHINE = Machine(folders=("/usr", "/opt/python"), links=(("bin", "usr/bin"),))


SHM = "/dev/shm"  # noqa: S108  # the sandbox's own


def wrapped(rights: Rights) -> Wrapper:
    return wrapper(
        rights,
        TOOLS,
        MACHINE,
        host="server",
        uid=77,
        folders={"/work": "/run/x/work", SHM: "/run/x/dev-shm"},
        etc="/run/x/etc",
        limits=Limits(processes=9),
        filtered=True,
    )


def follows(words: tuple[str, ...], *part: str) -> bool:
    return any(words[at : at + len(part)] == part for at in range(len(words)))


def test_root_makes_network_namespaces_alone() -> None:
    assert hub(ROOT, ("ip",)) == ("unshare", "--net", "--", "ip")
    assert in_user_of(ROOT, 5, ["nursery"]) == ("nursery",)


def test_an_ordinary_user_does_all_inside_the_user_namespace_of_the_hub() -> None:
    joined = ("--user", "--preserve-credentials")
    assert hub(USER, ("ip",)) == ("unshare", "--user", "--map-root-user", "--net", "--", "ip")
    assert in_user_of(USER, 5, ["nursery"]) == ("nsenter", "--target", "5", *joined, "--", "nursery")


def test_root_changes_to_a_uid_of_the_program_alone_and_drops_everything() -> None:
    found = wrapped(ROOT)
    change = ("/usr/bin/setpriv", "--reuid", "77", "--regid", "77", "--clear-groups", "--no-new-privs")
    assert follows(found.words, *change, "--bounding-set=-all", "--inh-caps=-all", "--")
    assert "--unshare-user" not in found.words
    assert uid_of(ROOT, 10) != uid_of(ROOT, 11)


def test_an_ordinary_users_program_has_a_user_namespace_below_the_hubs() -> None:
    found = wrapped(USER)
    assert follows(found.words, "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL")
    assert "/usr/bin/setpriv" not in found.words
    assert uid_of(USER, 10) == 1000


def test_execs_count_the_tools_before_the_program() -> None:
    for rights, tools in ((ROOT, 3), (USER, 2)):
        found = wrapped(rights)
        assert (
            found.execs
            == tools
            == sum(word in ("/usr/bin/bwrap", "/usr/bin/setpriv", "/usr/bin/prlimit") for word in found.words)
        )


def test_the_machine_is_read_only_and_only_its_folders_are_the_programs() -> None:
    words = wrapped(ROOT).words
    assert follows(words, "--ro-bind", "/usr", "/usr")
    assert follows(words, "--ro-bind", "/opt/python", "/opt/python")
    assert follows(words, "--perms", "0755", "--dir", "/opt")  # else only its maker could look inside
    assert follows(words, "--symlink", "usr/bin", "/bin")
    assert follows(words, "--ro-bind", "/run/x/etc", "/etc")
    assert follows(words, "--bind", "/run/x/work", "/work", "--bind", "/run/x/dev-shm", SHM)
    assert words.count("--bind") == 2
    made = words.index("--bind")
    assert words.index("--dev") < made  # else the new /dev would hide what is bound into it
    assert follows(words[made:], "--remount-ro", "/dev", "--remount-ro", "/")


def test_the_filter_of_calls_gets_its_descriptor_from_the_runner() -> None:
    assert follows(wrapped(ROOT).words, "--seccomp", FILTER)


def test_limits_of_the_plan_hold_for_the_program() -> None:
    words = wrapped(USER).words
    assert {"--nproc=9:9", "--nofile=256:256", "--cpu=10:11"} <= set(words[words.index("/usr/bin/prlimit") :])


def test_etc_knows_the_student_and_asks_no_name_server() -> None:
    files = etc_files(77, "198.18.0.2 server\n")
    assert "student:x:77:77:student:/work:/bin/sh\n" in files["passwd"]
    assert files["hosts"] == "198.18.0.2 server\n"
    assert ETC_OF_ALL["resolv.conf"] == ""
    assert ETC_OF_ALL["host.conf"] == "multi on\n"
    assert "hosts: files\n" in ETC_OF_ALL["nsswitch.conf"]
