"""The netns backend on the real thing: what a program sees, what is left, and whose fault a failure is."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.backends import _netns_leftovers as leftovers
from kit.backends import _netns_machine as machine
from kit.backends import _netns_sandbox as sandbox
from kit.backends import netns
from kit.backends._netns_ground import RUNS_FOLDERS
from kit.errors import BackendError
from kit.exercise.plan import Limits
from tests.backends.netns_lab import NOTHING, Desk, network_namespaces, plan_of, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.netns, pytest.mark.leftovers("netns")]

SERVER = """\
import socket
listener = socket.create_server(("0.0.0.0", 8001))
print("listening")
for _ in range(2):
    connection, _ = listener.accept()
    print("got", connection.recv(100).decode())
    connection.close()
"""
CLIENT = """\
import socket
with socket.create_connection(("server", 8001), 5) as connection:
    connection.sendall(b"hello")
    print(connection.recv(10))
"""
WAITING = "print('waiting')\nimport socket\nsocket.create_server(('', 1024)).accept()\n"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_clients_reach_the_server_by_its_name(desk: Desk) -> None:
    plan = plan_of({"server": SERVER, "client1": CLIENT, "client2": CLIENT})
    with netns.backend().up(plan, desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "server")
        desk.line("server", "listening")
        desk.start(lab, "client1")
        desk.start(lab, "client2")
        assert [desk.exited(program) for program in plan.programs] == [{"code": 0}] * 3
        assert desk.output("client1") == "b''\n"


def test_a_program_has_no_power_and_sees_nothing_of_the_machine(desk: Desk) -> None:
    look = """\
import json, os, socket
def refused(act):
    try: act()
    except OSError as error: return error.strerror
    return "done"
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "caps": {status[name].strip() for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16},
    "new_privs": status["NoNewPrivs"].strip(),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "root": sorted(os.listdir("/")),
    "etc": "shadow" in os.listdir("/etc"),
    "mine": os.stat("main.py").st_uid == os.getuid() == os.stat(".").st_uid != 0,
    "interfaces": sorted(name for _, name in socket.if_nameindex()),
    "host": socket.gethostname(),
    "raw": refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)),
    "usr": refused(lambda: open("/usr/mark", "w")) != "done",
    "sysctl": refused(lambda: open("/proc/sys/net/ipv4/ip_forward", "w")) != "done",
    "work": refused(lambda: open("/work/mark", "w")),
    "low_port": refused(lambda: socket.create_server(("", 80))),
    "kit": [name for name in os.environ if name.startswith("WIREKIT")],
}))
"""
    with netns.backend().up(plan_of({"server": look}), desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "server")
        assert desk.exited("server") == {"code": 0}, desk.output("server", "stderr")
        seen = json.loads(desk.output("server"))
    top = {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr", "work"}
    assert set(seen.pop("root")) - top == set()
    assert seen == {
        "caps": True,
        "new_privs": "1",
        "processes": 2,  # bubblewrap's init, and itself
        "etc": False,
        "mine": True,
        "interfaces": ["eth0", "lo"],
        "host": "server",
        "raw": "Operation not permitted",
        "usr": True,
        "sysctl": True,
        "work": "done",
        "low_port": "done",
        "kit": [],
    }


def test_a_fork_bomb_meets_the_limit_of_its_own_program(desk: Desk) -> None:
    bomb = """\
import os, signal
born = []
try:
    while True:
        born.append(os.fork())
        if not born[-1]: signal.pause()
except BlockingIOError:
    print("limit", len(born))
"""
    plan = plan_of({"bomb": bomb, "other": "print('hello')"}, limits=Limits(processes=12))
    with netns.backend().up(plan, desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "bomb")
        assert desk.exited("bomb") == {"code": 0}
        said = desk.output("bomb")
        desk.start(lab, "other")
        assert desk.exited("other") == {"code": 0}
    assert said.startswith("limit 1")  # 10 or 11: the sandbox's init may count


def test_the_filter_of_calls_is_written_once_because_sandboxes_that_come_up_read_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([machine.call_filter()])
    monkeypatch.setattr(machine, "call_filter", lambda: next(answers))  # a second question fails
    plan = plan_of({f"p{number}": "print('up')" for number in range(6)})
    with netns.backend().up(plan, desk.inbox) as lab:
        desk.ready(lab)
        for name in lab.plan.programs:
            desk.start(lab, name)
        for name in lab.plan.programs:
            assert desk.exited(name) == {"code": 0}, desk.output(name, "stderr")


def test_the_exit_of_the_program_comes_through_the_wrapper(desk: Desk) -> None:
    plan = plan_of({"leaves": "import os\nos._exit(7)", "waits": WAITING})
    with netns.backend().up(plan, desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "leaves")
        assert desk.exited("leaves") == {"code": 7}
        desk.start(lab, "waits")
        desk.line("waits", "waiting")
        lab.send(("program", "waits"), {"do": "signal", "name": "TERM"})
        assert desk.exited("waits") == {"signal": "SIGTERM"}


def test_wrapper_execs_is_what_strace_counts(tmp_path: Path) -> None:
    if machine.which("strace") is None:
        pytest.skip("no strace on this machine")
    tmp_path.chmod(0o755)
    rights = machine.rights()
    uid = sandbox.uid_of(rights, os.getpid())
    etc = tmp_path / "etc"
    (etc / sandbox.ALTERNATIVES).mkdir(parents=True)
    found = sandbox.wrapper(
        rights,
        machine.tools(),
        machine.machine(),
        host="h",
        uid=uid,
        folders={"/work": str(tmp_path)},
        etc=str(etc),
        limits=Limits(),
        filtered=False,
    )
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-e", "trace=execve", "-o", str(trace), *found.words, "/usr/bin/env"]
    subprocess.run(command, check=True, capture_output=True)
    done = [line for line in trace.read_text().splitlines() if "execve(" in line and line.endswith("= 0")]
    assert len(done) == found.execs + 1
    assert '"/usr/bin/env"' in done[-1]


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("strict_umask")
def test_a_program_reads_etc_whatever_the_umask_of_who_runs_it(desk: Desk) -> None:
    looks = "import socket\nprint(socket.gethostbyname('looks'), len(open('/etc/services').read()) > 99)"
    with netns.backend().up(plan_of({"looks": looks}), desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "looks")
        assert desk.exited("looks") == {"code": 0}, desk.output("looks", "stderr")
        assert desk.output("looks", "stdout").split() == [lab.plan.address_of("looks"), "True"]


def test_a_hosts_tables_are_small_and_what_the_kernel_derives_from_them_is_not(desk: Desk) -> None:
    derived = ("tcp_max_tw_buckets", "tcp_max_syn_backlog")
    names = [f"/proc/sys/net/ipv4/{name}" for name in (*derived, "tcp_ehash_entries")]
    looks = f"print(*(open(name).read().strip() for name in {names!r}))"
    with netns.backend().up(plan_of({"looks": looks}), desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "looks")
        assert desk.exited("looks") == {"code": 0}, desk.output("looks", "stderr")
        *seen, entries = map(int, desk.output("looks", "stdout").split())
    assert seen == [int(Path(name).read_text()) for name in names[:2]]
    assert entries == (4096 if Path("/proc/sys/net/ipv4/tcp_child_ehash_entries").exists() else entries)


def test_nothing_is_left_after_a_run_that_was_cut_short(desk: Desk) -> None:
    token = str(leftovers.this_kit())
    with netns.backend().up(plan_of({"server": WAITING, "client": WAITING}), desk.inbox) as lab:
        desk.ready(lab)
        for program in lab.plan.programs:
            desk.start(lab, program)
            desk.line(program, "waiting")
        lab.freeze("server")
        assert traces(token)["folders"]
        assert len(traces(token)["processes"]) >= 4
        own = str(Path("/proc/self/ns/net").readlink())
        assert len(network_namespaces(token) - {own}) == 4  # two hosts, the hub and the nursery
    assert traces(token) == NOTHING
    for host in lab.plan.hosts:
        assert desk.wait(("host", host), "end").body == b""


def test_runs_that_follow_one_another_share_a_nursery_and_nothing_else() -> None:
    backend = netns.backend()
    token = str(leftovers.this_kit())
    namespaces: list[set[str]] = []
    with backend.keep():
        for _ in range(3):
            desk = Desk()
            with backend.up(plan_of({"server": SERVER, "client": CLIENT}), desk.inbox) as lab:
                desk.ready(lab)
                desk.start(lab, "server")
                desk.line("server", "listening")
                desk.start(lab, "client")
                desk.line("server", "got hello")
                namespaces.append(network_namespaces(token))
            between = traces(token)
            assert len(between["processes"]) == 2  # the nursery, and the next run's hub
            (folder,) = between["folders"]
            assert not [file for name in RUNS_FOLDERS for file in Path(folder, name).iterdir()]
    shared = set.intersection(*namespaces) - {str(Path("/proc/self/ns/net").readlink())}
    assert len(shared) == 1  # the nursery's, which no host is linked to
    assert traces(token) == NOTHING


def test_what_cannot_be_cleared_is_not_kept_and_the_next_run_gets_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_self: object) -> None:
        raise BackendError("no more processes")

    backend = netns.backend()
    token = str(leftovers.this_kit())
    with backend.keep():
        with monkeypatch.context() as broken:
            broken.setattr("kit.backends._pipe_helper.Nursery.reap", refuse)
            with backend.up(plan_of({"server": WAITING}), (desk := Desk()).inbox) as lab:
                desk.ready(lab)
        assert traces(token)["processes"] == set()
        with backend.up(plan_of({"server": WAITING}), (desk := Desk()).inbox) as lab:
            desk.ready(lab)
    assert traces(token) == NOTHING


def test_an_interruption_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(KeyboardInterrupt), netns.backend().up(plan_of({"server": WAITING}), desk.inbox):
        raise KeyboardInterrupt
    assert traces(str(leftovers.this_kit())) == NOTHING


KIT = """\
import sys
sys.path.insert(0, sys.argv[1])
from kit.backends import netns
from kit.backends._netns_ground import RUNS_FOLDERS
from kit.backends import _netns_leftovers as leftovers
from tests.backends.netns_lab import Desk, plan_of
desk = Desk()
with netns.backend().up(plan_of({"server": sys.argv[2], "client": sys.argv[2]}), desk.inbox) as lab:
    desk.ready(lab)
    for program in lab.plan.programs:
        desk.start(lab, program)
        desk.line(program, "waiting")
    lab.freeze("server")
    print(leftovers.this_kit(), flush=True)
    sys.stdin.read()
"""


def test_a_killed_kit_leaves_no_process_and_clean_takes_the_rest() -> None:
    source = str(Path(netns.__file__).parents[2])
    command = [sys.executable, "-c", KIT, source, WAITING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as kit:
        assert kit.stdout is not None
        token = kit.stdout.readline().strip()
        assert netns.backend().clean() == []  # it lives: nothing of it is a leftover
        running = traces(token)
        ends = [os.pidfd_open(int(pid)) for pid in running["processes"]]
        kit.send_signal(signal.SIGKILL)
    try:
        for end in ends:
            assert select.select([end], [], [], 10)[0], "a helper outlived its kit"
    finally:
        for end in ends:
            os.close(end)
    assert traces(token)["processes"] == set()
    removed = netns.backend().clean()
    assert {f"folder {path}" for path in running["folders"]} <= set(removed)
    assert traces(token) == NOTHING


def test_a_hundred_and_twenty_eight_hosts(desk: Desk) -> None:
    with netns.backend().up(plan_of({}, hosts=128), desk.inbox) as lab:
        desk.ready(lab)
        assert lab.plan.address_of("idle127") == "198.18.0.129"
        assert lab.plan.subnet.prefixlen == 24


# Trouble


def test_a_helper_that_cannot_run_is_the_machines_fault_with_its_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "helper_python", lambda: "/nonexistent/python")
    with (
        pytest.raises(BackendError, match="/nonexistent/python") as failed,
        netns.backend().up(plan_of({"server": ""}), desk.inbox),
    ):
        pytest.fail("it came up")
    assert failed.value.remedy is not None
    assert traces(str(leftovers.this_kit())) == NOTHING


def test_a_failed_link_is_told_with_the_words_of_ip(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.backends._netns_links.bridge", lambda: "link add br0 type nonsense\n")
    with (
        pytest.raises(BackendError, match=r"private network: .*(nonsense|Unknown)"),
        netns.backend().up(plan_of({"server": ""}), desk.inbox),
    ):
        pytest.fail("it came up")
    assert traces(str(leftovers.this_kit())) == NOTHING


def test_a_missing_tool_is_named_with_the_command_that_brings_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "PATH", "/nonexistent")
    with (
        pytest.raises(BackendError, match="no `unshare`") as failed,
        netns.backend().up(plan_of({"server": ""}), desk.inbox),
    ):
        pytest.fail("it came up")
    assert failed.value.remedy == "sudo apt-get install util-linux"
    needs = {need.name: need for need in netns.backend().requirements()}
    assert not needs["bwrap"].present
    assert needs["bwrap"].remedy == "sudo apt-get install bubblewrap"
    assert not needs["strace"].needed


FORBIDDEN = """\
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
Path("/proc/sys/user/max_user_namespaces").write_text("0")
from kit.backends import netns
from kit.backends._netns_ground import RUNS_FOLDERS
from kit.errors import BackendError
from tests.backends.netns_lab import Desk, plan_of
need = next(need for need in netns.backend().requirements() if need.name == "namespaces")
try:
    with netns.backend().up(plan_of({"server": ""}), Desk().inbox):
        pass
except BackendError as error:
    print(json.dumps({"present": need.present, "message": error.message, "remedy": error.remedy}))
"""


def test_forbidden_user_namespaces_are_told_with_the_setting_that_forbids_them() -> None:
    source = str(Path(netns.__file__).parents[2])
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", FORBIDDEN, source]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert said["present"] is False
    assert "unshare" in said["message"]
    assert said["remedy"] == "sudo sysctl -w user.max_user_namespaces=10000"


RESTLESS = """\
import ctypes, json, os, sys, threading
sys.path.insert(0, sys.argv[1])
from kit.backends import netns
from kit.backends._netns_ground import RUNS_FOLDERS
libc, stop, rounds = ctypes.CDLL(None, use_errno=True), threading.Event(), 0
libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
def mount(folder, kind, flags=0):
    assert libc.mount(b"kit-test", folder, kind, flags, None) == 0, os.strerror(ctypes.get_errno())
shared, comes_and_goes = sys.argv[2].encode(), os.path.join(sys.argv[2], "merged").encode()
mount(shared, b"tmpfs")
mount(shared, None, 1 << 20)  # MS_SHARED: what is unmounted here goes from the copies too, as on a machine with systemd
os.mkdir(comes_and_goes)
def mount_and_unmount():
    global rounds
    while not stop.is_set():
        mount(comes_and_goes, b"tmpfs")
        assert libc.umount(comes_and_goes) == 0, os.strerror(ctypes.get_errno())
        rounds += 1
engine = threading.Thread(target=mount_and_unmount)
engine.start()
needs = [next(need for need in netns.backend().requirements() if need.name == "namespaces") for _ in range(60)]
stop.set()
engine.join()
print(json.dumps({"said": [need.detail for need in needs if not need.present], "rounds": rounds}))
"""


def test_mounts_of_an_engine_that_come_and_go_do_not_make_namespaces_missing(tmp_path: Path) -> None:
    source = str(Path(netns.__file__).parents[2])
    rights = ["--user", "--map-root-user"] if os.getuid() else []
    command = ["unshare", *rights, "--mount", sys.executable, "-c", RESTLESS, source, str(tmp_path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert told["said"] == []
    assert told["rounds"] > 20


def test_every_requirement_is_there_where_these_tests_run() -> None:
    assert [need for need in netns.backend().requirements() if need.needed and not need.present] == []


def test_versions_name_what_shapes_evidence() -> None:
    found = netns.backend().versions()
    assert found["kernel"] == os.uname().release
    assert found["python"].startswith("3.")
    assert {"strace", "tcpdump", "bubblewrap"} & set(found) == {
        {"bwrap": "bubblewrap"}.get(tool, tool)
        for tool in ("strace", "tcpdump", "bwrap")
        if machine.which(tool)
    }
