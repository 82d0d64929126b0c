"""Becomes another program under limits: run as `python -I -S confine.py CPU_S MEMORY_B FILE_B PROGRAM ARGS...`.

A separate program because setting limits between fork and exec is not safe in a process that has threads.
"""

import ctypes
import os
import resource
import signal
import sys


def main() -> None:
    """Set the limits, ask to die with the parent where the system can do that, and exec."""
    cpu, memory, file_size = (int(value) for value in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    os.execve(sys.argv[4], sys.argv[4:], {"LANG": "C.UTF-8", "PATH": ""})


main()
