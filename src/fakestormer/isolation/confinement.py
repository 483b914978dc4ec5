"""What a child process takes away from itself before it reads a stranger's file, as far as the system allows."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import resource
import struct
import sys
from contextlib import suppress

from fakestormer.isolation.config import Limits

CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC = 1, 1
ALLOW, DENY, KILL = 0x7FFF0000, 0x00050000 | errno.EACCES, 0x80000000
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # classic BPF, linux/filter.h
SYSCALL_NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
X32 = 0x40000000  # system calls of the x32 ABI have this bit and would pass by their other numbers
# by machine: AUDIT_ARCH, seccomp(2), and what is refused: socket, io_uring_setup, ptrace, execve, execveat
CALLS = {
    "x86_64": (0xC000003E, 317, (41, 425, 101, 59, 322)),
    "aarch64": (0xC00000B7, 277, (198, 425, 117, 221, 281)),
}


def limit_resources(limits: Limits) -> tuple[str, ...]:
    """Sets memory, open files and size of written files, no core dumps; says what was set.

    Memory is RLIMIT_DATA: what is mapped privately for writing. RLIMIT_AS would count libraries and what CUDA only
    reserves.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wanted = (
        (resource.RLIMIT_DATA, limits.memory, "memory"),
        (resource.RLIMIT_NOFILE, limits.open_files, "open files"),
        (resource.RLIMIT_FSIZE, limits.written, "size of written files"),
    )
    said = []
    for kind, value, name in wanted:
        if value is not None:
            hard = resource.getrlimit(kind)[1]
            allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (allowed, allowed))
            said.append(f"{name}: at most {allowed}")
    return tuple(said)


def leave_the_network() -> tuple[str, ...]:
    """A network namespace with nothing in it, where the system allows one; must come before any thread is started.

    Root keeps its user namespace: in another one it could no longer read the files of others.
    """
    if not sys.platform.startswith("linux"):
        return ()
    library = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    return ("unshare: no network",) if library.unshare(flags) == 0 else ()


def refuse_calls() -> tuple[str, ...]:
    """A filter on all threads: no new sockets, no io_uring, no other program, no debugger. Needs no privilege.

    What the libraries need of these they have done while the model was loaded.
    """
    if not sys.platform.startswith("linux") or platform.machine() not in CALLS:
        return ()
    architecture, seccomp, refused = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL)]
    steps += [(LOAD, 0, 0, SYSCALL_NUMBER)]
    if platform.machine() == "x86_64":
        steps += [(JUMP_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, DENY)]
    for number in refused:
        steps += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, DENY)]
    steps += [(RETURN, 0, 0, ALLOW)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(program)))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ()
    ended = library.syscall(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, header)
    return ("seccomp: no sockets, no other programs, no debugger",) if ended == 0 else ()


def die_with(lifeline: int) -> None:
    """The kernel ends this process when the other end of the pipe is closed, whatever a decoder is doing here.

    SIGIO ends a process that has no handler for it, and asks no thread and no lock.
    """
    if not hasattr(fcntl, "F_SETOWN"):
        return
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    with suppress(BlockingIOError):  # closed before the kernel was asked to tell
        if os.read(lifeline, 1) == b"":
            os._exit(1)
