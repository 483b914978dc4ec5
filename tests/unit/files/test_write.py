from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from fakestormer.files import append_to_file, check_writable, temporary_folder, write_aside, write_file
from fakestormer.types import DataError


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def in_a_process(code: str, *arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    """What becomes of the code in a shell of its own, after the shell's commands `before`."""
    imports = "import sys; from fakestormer.files import *"
    line = f'{before}\nexec "$0" -c "$@"'
    command = ["sh", "-c", line, sys.executable, f"{imports}\n{code}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def mounted(folder: Path, options: str) -> str:
    """Shell lines that put a small file system of its own on the folder, in a private view of the machine."""
    return f"mount -t tmpfs -o {options} none {folder} || exit 77"


def in_a_private_view(code: str, *arguments: object, before: str) -> subprocess.CompletedProcess[str]:
    imports = "import sys; from fakestormer.files import *"
    line = f'{before}\nexec "$0" -c "$@"'
    command = ["unshare", "-rm", "sh", "-c", line, sys.executable, f"{imports}\n{code}", *map(str, arguments)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except FileNotFoundError:
        pytest.skip("needs unshare")
    if ended.returncode == 77 or ended.stderr.startswith("unshare:"):
        pytest.skip("needs a file system of its own")
    return ended


def test_what_is_written_is_there_with_its_folders_and_nothing_beside_it(tmp_path):
    write_file(tmp_path / "new" / "a.txt", "first")
    write_file(tmp_path / "new" / "a.txt", b"second")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"second"
    assert names_in(tmp_path / "new") == ["a.txt"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device"), ValueError])
def test_a_failure_on_the_way_leaves_the_earlier_file_and_nothing_else(tmp_path, failure):
    path = tmp_path / "a.txt"
    path.write_text("yesterday")

    def write():
        with write_aside(path) as aside:
            aside.write_text("half")
            raise failure

    with pytest.raises((KeyboardInterrupt, ValueError, DataError)):
        write()
    assert path.read_text() == "yesterday"
    assert names_in(tmp_path) == ["a.txt"]


def test_the_earlier_file_stands_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("yesterday")
    with write_aside(path) as aside:
        aside.write_text("today")
        assert path.read_text() == "yesterday"
    assert path.read_text() == "today"


def test_a_limit_on_the_size_of_files_is_one_sentence_and_costs_nothing(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("yesterday")
    ended = in_a_process("write_file(sys.argv[1], b'x' * 100_000)", path, before="ulimit -f 5")
    assert ended.returncode == 1
    assert "a.txt cannot be written (File too large): make room there" in ended.stderr
    assert path.read_text() == "yesterday"
    assert names_in(tmp_path) == ["a.txt"]


def test_a_full_disk_leaves_the_earlier_file_and_the_journal_as_they_were(tmp_path):
    code = """
from pathlib import Path
from fakestormer.types import DataError
folder = Path(sys.argv[1])
write_file(folder / "a.txt", "yesterday")
append_to_file(folder / "journal", "one line\\n")
for write in (write_file, append_to_file):
    try:
        write(folder / ("a.txt" if write is write_file else "journal"), b"x" * 100_000)
    except DataError as error:
        print(error)
print((folder / "a.txt").read_text(), (folder / "journal").read_text(), sorted(p.name for p in folder.iterdir()))
"""
    ended = in_a_private_view(code, tmp_path, before=mounted(tmp_path, "size=64k"))
    assert ended.returncode == 0, ended.stderr
    first, second, *rest = ended.stdout.splitlines()
    assert "a.txt cannot be written (No space left on device): make room there" in first
    assert "journal cannot be written (No space left on device)" in second
    assert rest == ["yesterday one line", " ['a.txt', 'journal']"]


def test_a_read_only_disk_is_refused_before_the_work(tmp_path):
    code = "check_writable(sys.argv[1])"
    ended = in_a_private_view(code, tmp_path / "a.txt", before=mounted(tmp_path, "ro"))
    assert "a.txt cannot be written (Read-only file system): choose another place" in ended.stderr


def test_links_are_followed_and_stay_links(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("yesterday")
    for name, behind in (("link", "real/a.txt"), ("dangling", "real/b.txt")):
        (tmp_path / name).symlink_to(behind)
        write_file(tmp_path / name, name)
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / behind).read_text() == name
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DataError, match="loop cannot be written"):
        write_file(tmp_path / "loop", "x")


def test_a_device_is_written_into_and_stays_a_device(tmp_path):
    write_file("/dev/null", "gone")
    (tmp_path / "link").symlink_to("/dev/null")
    write_file(tmp_path / "link", "gone")
    assert Path("/dev/null").is_char_device()
    assert (tmp_path / "link").is_symlink()
    with pytest.raises(DataError, match=r"/dev/full cannot be written \(No space left on device\)"):
        write_file("/dev/full", "x")


def test_a_node_of_ones_own_is_never_replaced(tmp_path):
    node = tmp_path / "node"
    try:
        os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        node.write_bytes(b"")
    except OSError:
        pytest.skip("needs the right to make a device")
    write_file(node, "gone")
    assert node.is_char_device()
    assert names_in(tmp_path) == ["node"]


def test_a_pipe_that_is_read_gets_the_result_and_one_that_is_not_is_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DataError, match=r"pipe cannot be written \(nobody reads from this pipe\)"):
        write_file(pipe, "x")
    content = b"x" * 200_000  # more than a pipe holds
    reader = os.open(pipe, os.O_RDWR)  # to write, too: a reader without a writer would see the end at once
    got: list[bytes] = []
    with open(reader, "rb", buffering=0) as opened:  # noqa: PTH123  (a descriptor)

        def read_all() -> None:
            while sum(map(len, got)) < len(content):
                got.append(opened.read(65536))

        thread = threading.Thread(target=read_all, daemon=True)
        thread.start()
        write_file(pipe, content)
        thread.join(30)
    assert b"".join(got) == content
    assert pipe.is_fifo()


@pytest.mark.parametrize("before", ["", "exec > {}"])
def test_standard_output_by_any_name_keeps_what_was_said_before(tmp_path, before):
    (tmp_path / "link").symlink_to("/dev/stdout")
    code = "print('a line', flush=True)\nfor name in sys.argv[1:]: write_file(name, f'{name}\\n')\nprint('another')"
    places = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", tmp_path / "link")
    ended = in_a_process(code, *places, before=before.format(tmp_path / "out.txt"))
    said = (tmp_path / "out.txt").read_text() if before else ended.stdout
    assert said.splitlines() == ["a line", *map(str, places), "another"]


def test_a_standard_output_that_is_closed_is_one_sentence():
    ended = in_a_process("write_file('/dev/stdout', 'x')", before="exec >&-")
    assert "/dev/stdout cannot be written (Bad file descriptor)" in ended.stderr


def test_folders_sockets_and_places_below_files_are_refused(tmp_path):
    (tmp_path / "file").touch()
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(tmp_path / "socket"))
        for place, words in ((".", "is a folder"), ("socket", "is a socket"), ("file/a.txt", "cannot be written")):
            for act in (check_writable, lambda path: write_file(path, "x")):
                with pytest.raises(DataError, match=words):
                    act(tmp_path / place)
    assert names_in(tmp_path) == ["file", "socket"]


def test_new_files_follow_the_umask_and_later_ones_the_earlier(tmp_path):
    path = tmp_path / "a.txt"
    before = os.umask(0o027)
    try:
        write_file(path, "x")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o604)
        write_file(path, "y")
        assert stat.S_IMODE(path.stat().st_mode) == 0o604
    finally:
        os.umask(before)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written_is_not_replaced_either(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("kept")
    path.chmod(0o444)
    with pytest.raises(DataError, match="Permission denied"):
        write_file(path, "x")
    assert path.read_text() == "kept"


def test_the_longest_name_a_disk_takes_can_be_written(tmp_path):
    write_file(tmp_path / ("n" * 255), "x")
    write_file(tmp_path / ("n" * 255), "y")
    assert names_in(tmp_path) == ["n" * 255]
    with pytest.raises(DataError, match="File name too long"):
        write_file(tmp_path / ("n" * 256), "x")


def test_checking_leaves_nothing_but_the_folder(tmp_path):
    check_writable(tmp_path / "new" / "a.txt")
    assert names_in(tmp_path / "new") == []
    check_writable("/dev/null")


def test_lines_are_added_whole(tmp_path):
    append_to_file(tmp_path / "journal", "one\n")
    append_to_file(tmp_path / "journal", b"two\n")
    assert (tmp_path / "journal").read_text() == "one\ntwo\n"


def test_of_processes_that_write_one_file_at_once_the_file_is_always_one_ones_whole(tmp_path):
    path = tmp_path / "a.txt"
    code = "for _ in range(100): write_file(sys.argv[1], sys.argv[2] * 5000)"
    command = [sys.executable, "-c", f"import sys; from fakestormer.files import write_file\n{code}", str(path)]
    writers = [subprocess.Popen([*command, letter]) for letter in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            seen.add(path.read_text())
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen | {path.read_text()} <= {"a" * 5000, "b" * 5000}
    assert names_in(tmp_path) == ["a.txt"]


def test_temporary_files_that_find_no_room_are_one_sentence_and_leave_nothing(tmp_path):
    code = """
import os, tempfile
from pathlib import Path
from fakestormer.types import DataError
tempfile.tempdir = sys.argv[1]
try:
    with temporary_folder() as folder:
        (folder / "a").write_bytes(b"x" * 100_000)
except DataError as error:
    print(error)
print(os.listdir(sys.argv[1]))
"""
    ended = in_a_private_view(code, tmp_path, before=mounted(tmp_path, "size=64k"))
    said, left = ended.stdout.splitlines()
    assert said.startswith(f"temporary files cannot be written to {tmp_path} (No space left on device): make room")
    assert left == "[]"


def test_without_any_place_for_temporary_files_it_is_told_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(DataError, match="set TMPDIR to another folder"), temporary_folder():
        pass
