"""What a stranger's program may reach, and who sees to it.

    supervisor   a process that starts the program, counts, keeps the time, and ends all of it
    layers       what may stand between the program and the machine, and how it is put on
    finding      which of it this machine allows
    namespaces   processes, network and mounts of its own
    landlock     which files it may read, and the one folder that it may write
    seccomp      the system calls that it has no use for
    processes    everything that the program has started
    usage        what it has written
    removal      its folder, removed however it was left
    order        what the supervisor is asked to do
    kernel       system calls for which Python has no function

The supervisor runs without site-packages, as `isolation.supervisor`, so that all of this imports
the standard library only, and each other by relative names.
"""
