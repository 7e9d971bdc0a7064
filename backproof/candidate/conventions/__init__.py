"""Conventions: how people write networks, and how a file is called without being told.

Everything here runs in the stranger's own process; the judge sees only the arrays it sends back.

    names      what the names of arguments, functions and arrays mean
    groups     what in a file may be one network: its functions, a class, or layers in a chain
    model      how the file makes its parameters; layers: which of them is W1, and how it lies
    session    one iteration, call by call (calls binds arguments; slots walks through objects;
               forwards and gradients tell which array is which)
    search     dry runs with all sizes different, until the functions fit together: a reading
    reader     the whole: a file -> the numbers of its network on every problem
    lines      where in the file each of the arrays is computed
"""

REFUSED = 65  # exit code of the process: what it said last is the whole sentence
RATE = 0.5  # the learning rate, wherever a file takes one; a power of two divides exactly
DEPTHS = (3, 2, 1, 4)  # which of the depths that a file can do are judged first
DEPTHS_JUDGED = 2
