"""What a stranger's program may try: each attempt with the layers that hold it.

Where all of those layers are off, the attempt must succeed: or nothing shows that they hold it.
The code is run as told in world.py; a line is a name and what is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backproof.candidate.isolation import landlock
from backproof.candidate.isolation.layers import LANDLOCK, SECCOMP
from backproof.candidate.isolation.namespaces import MOUNTS, NETWORK, PID
from parity_tests.meta import world
from parity_tests.meta.world import Seen

# Landlock holds some only since a version of its interface.
SCOPED = (LANDLOCK,) if landlock.abi() >= landlock.SCOPES_SINCE else ()
TCP = (LANDLOCK,) if landlock.abi() >= landlock.TCP_SINCE else ()
UNCUT = (LANDLOCK,) if landlock.abi() >= landlock.TRUNCATION else ()


@dataclass(frozen=True)
class Attempt:
    """One of them.

    holders  the layers each of which holds it by itself
    seen     whether it got there, from outside
    who      may do it at all: "root", "user" (the capabilities that root gives up hold it too), ""
    """

    name: str
    code: str
    holders: tuple[str, ...]
    seen: Seen = world.told
    who: str = ""


READING = """
read: said(open(SECRET).read())
read by a relative path: said(open('../home/secret.txt').read())
read by a link: os.symlink(SECRET, 'link'); said(open('link').read())
read by a second name: os.link(SECRET, 'name'); said(open('name').read())
read by the root of /proc: said(open('/proc/self/root' + SECRET).read())
read by a folder that is open: said(open_in(HOME, 'secret.txt').read())
read after a change of folder: os.chdir(HOME); said(open('secret.txt').read())
read a mapping of it: said(mmap.mmap(os.open(SECRET, 0), 0, prot=1)[:].decode())
read by a child: os.system('cat ' + SECRET)
list a folder: 'secret.txt' in os.listdir(HOME) and done()
list the user's home: os.listdir(os.path.expanduser('~' + USER)); done()
list the root: os.listdir('/'); done()
list the temporary folder: os.listdir('/tmp'); done()
read the names of users: open('/etc/passwd').read(); done()
read the names of hosts: socket.gethostbyname('localhost'); done()
read the judge's arguments: open(f'/proc/{JUDGE}/cmdline').read(); done()
read the judge's state: open(f'/proc/{JUDGE}/status').read(); done()
list all processes: str(JUDGE) in os.listdir('/proc') and done()
run a program: os.execv(HOME + '/tool.sh', ['tool'])
"""
READING_OF_USERS = """
read the judge's environment: open(f'/proc/{JUDGE}/environ').read(); done()
read the judge's memory: said(read_at(open(f'/proc/{JUDGE}/mem', 'rb', 0), ADDRESS, 22).decode())
list what the judge has open: os.listdir(f'/proc/{JUDGE}/fd'); done()
"""
CHANGING = """
write: open(SECRET, 'w').write('mine')
append: open(SECRET, 'a').write('mine')
write in its middle: os.pwrite(os.open(SECRET, os.O_RDWR), b'mine', 3)
remove: os.unlink(SECRET)
move away: os.rename(SECRET, 'mine')
put another in its place: open('x', 'w'); os.replace('x', SECRET)
write by a link: os.symlink(SECRET, 'link'); open('link', 'w').write('mine')
write by the root of /proc: open('/proc/self/root' + SECRET, 'w').write('mine')
write by a child: os.system('echo mine > ' + SECRET)
write by a mapping: mmap.mmap(os.open(SECRET, os.O_RDWR), 0)[:4] = b'mine'
"""
CUTTING = """
cut it off: os.truncate(SECRET, 3)
cut it off while opening: os.open(SECRET, os.O_RDONLY | os.O_TRUNC)
"""
PLANTING = """
make a file: open(HOME + '/new', 'w')
make a folder: os.mkdir(HOME + '/new')
make a link: os.symlink('/', HOME + '/new')
make a second name: open('x', 'w'); os.link('x', HOME + '/new')
make a pipe: os.mkfifo(HOME + '/new')
make a socket: os.mknod(HOME + '/new', 0o140600)
move a folder out: os.mkdir('x'); os.rename('x', HOME + '/new')
"""
WRITING_ELSEWHERE = """
make a file without a name: os.open(HOME, os.O_TMPFILE | os.O_RDWR); done()
write in shared memory: touch('/dev/shm')
write in the temporary folder: touch('/tmp')
plant a file among the packages: touch(sys.prefix)
"""
MARKING = """
change a mode: os.chmod(SECRET, 0o646)
change a mode of what is open: os.fchmod(os.open(HOME + '/open.txt', 0), 0o646)
change a mode from a folder: os.chmod('secret.txt', 0o646, dir_fd=os.open(HOME, os.O_PATH))
change a date: os.utime(SECRET, (1, 1))
set an attribute: os.setxattr(SECRET, 'user.mine', b'1')
"""
OWNING = "change an owner: os.chown(SECRET, 12345, -1)"
CALLING = """
connect: socket.create_connection(('127.0.0.1', TCP))
connect by IPv6: socket.socket(socket.AF_INET6).connect(('::ffff:127.0.0.1', TCP))
"""
CALLING_AROUND_TCP = """
connect by multipath TCP: socket.socket(2, 1, 262).connect(('127.0.0.1', TCP))
connect by a child: os.fork() and os.wait() or socket.create_connection(('127.0.0.1', TCP))
"""
SOCKETS = """
talk to the kernel by netlink: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); done()
make a socket for the services here: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); done()
make an asynchronous ring: call(NUMBERS['io_uring_setup'], 4, bytes(120)); done()
"""
SIGNALS = """
end a process: os.kill(VICTIM, 15)
end a process by its handle: signal.pidfd_send_signal(os.pidfd_open(VICTIM), 9)
end a group of processes: os.killpg(VICTIM, 9)
end a process by a child: os.system(f'kill -9 {VICTIM}')
end a process when a file changes: own_by(VICTIM, 9)
"""
LEFT_BEHIND = """
leave shared memory behind: call(NUMBERS['shmget'], KEY, 4096, 0o1600); done()
leave semaphores behind: call(NUMBERS['semget'], KEY, 1, 0o1600); done()
leave messages behind: call(NUMBERS['msgget'], KEY, 0o1600); done()
leave a queue behind: call(NUMBERS['mq_open'], TOKEN.encode(), os.O_CREAT, 0o600, 0); done()
keep a file in memory: os.memfd_create('x'); done()
keep a key in the kernel: call(NUMBERS['add_key'], b'user', TOKEN.encode(), b'x', 1, -2); done()
"""
WAYS_AROUND = """
make a user namespace: call(NUMBERS['unshare'], 0x10000000); done()
fork into a user namespace: call(CLONE, 0x10000000 | 17, 0, 0, 0, 0) and done()
be traced: call(NUMBERS['ptrace'], 0, 0, 0, 0); done()
compare processes: call(NUMBERS['kcmp'], os.getpid(), os.getpid(), 1, 0, 0); done()
handle page faults: call(NUMBERS['userfaultfd'], 1); done()
watch a folder: call(NUMBERS['inotify_add_watch'], inotify(), HOME.encode(), 0xfff); done()
"""


def _table(
    text: str, holders: tuple[str, ...], seen: Seen = world.told, who: str = ""
) -> Iterator[Attempt]:
    for line in text.strip().splitlines():
        name, _, code = line.partition(": ")
        yield Attempt(name, code, holders, seen, who)


def _one(name: str, code: str, holders: tuple[str, ...], seen: Seen, who: str = "") -> Attempt:
    return Attempt(name, code, holders, seen, who)


ATTEMPTS = [
    *_table(READING, (LANDLOCK,)),
    *_table(READING_OF_USERS, (LANDLOCK,), who="user"),
    *_table(CHANGING, (MOUNTS, LANDLOCK), world.changed),
    *_table(CUTTING, (MOUNTS, *UNCUT), world.changed),
    *_table(PLANTING, (MOUNTS, LANDLOCK), world.planted),
    *_table(WRITING_ELSEWHERE, (MOUNTS, LANDLOCK)),
    *_table(MARKING, (MOUNTS, SECCOMP), world.altered),
    *_table(OWNING, (MOUNTS, SECCOMP), world.altered, "root"),
    *_table(CALLING, (NETWORK, SECCOMP, *TCP), world.called("tcp")),
    *_table(CALLING_AROUND_TCP, (NETWORK, SECCOMP), world.called("tcp")),
    _one("send a datagram", "send('127.0.0.1', UDP)", (NETWORK, SECCOMP), world.called("udp")),
    _one("listen", "socket.create_server(('', 0)); done()", (SECCOMP, *TCP), world.told),
    _one("call a service", "unix(UNIX)", (SECCOMP,), world.called("stream")),
    _one(
        "call a service without a file",
        "unix('\\0' + ABSTRACT)",
        (NETWORK, SECCOMP, *SCOPED),
        world.called("abstract"),
    ),
    *_table(SOCKETS, (SECCOMP,)),
    *_table(SIGNALS, (PID, *SCOPED), world.hit),
    _one(
        "limit another process",
        "resource.prlimit(VICTIM, resource.RLIMIT_FSIZE, (1, 1))",
        (PID, SECCOMP),
        world.bent,
    ),
    *_table("slow another: os.setpriority(0, VICTIM, 9)", (PID, SECCOMP), world.bent, "user"),
    _one(
        "read another's memory",
        "said(read_of(JUDGE, ADDRESS, 22).decode())",
        (PID, LANDLOCK, SECCOMP),
        world.told,
        "user",
    ),
    *_table(LEFT_BEHIND, (SECCOMP,)),
    *_table(WAYS_AROUND, (SECCOMP,)),
]
