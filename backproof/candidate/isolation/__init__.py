"""What a stranger's program may reach, and who sees to it.

    supervisor   a process that starts the program, counts, keeps the time, and ends all of it
    layers       what this kernel can enforce, and how it is put on
    namespaces   processes, network and mounts of its own
    landlock     which files it may read, and the one folder that it may write
    seccomp      the system calls that it has no use for
    processes    everything that the program has started
    usage        what it has written
    removal      its folder, removed however it was left
    kernel       system calls for which Python has no function

The supervisor runs without site-packages, as `isolation.supervisor`, so that all of this imports the
standard library only, and each other by relative names.
"""
