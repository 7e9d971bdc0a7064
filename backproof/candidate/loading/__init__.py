"""Someone's file, and as much of it as may be executed: imports, definitions, constants.

Reading gives a Source, execution a Loaded; what is left out on the way is said in both.

    reading    text (a file, or the cells of a notebook) -> parsing (its syntax tree) -> choice
               (what of the tree is kept; origins tells what a name in it stands for) and
               constructions (the instances the file makes)
    execution  one statement at a time: rewriting (imports become calls) -> imports (what each
               binds; files holds the helpers beside the file) -> standins (what is not there is
               stood in for until used)

source, words and modules serve both, and import neither; reading knows nothing of execution.
"""

from backproof.candidate.loading.execution import execute
from backproof.candidate.loading.reading import read_source
from backproof.candidate.loading.source import Construction, Loaded, Source
from backproof.candidate.loading.standins import MissingImportError, StandIn, is_stand_in, real

__all__ = [
    "Construction",
    "Loaded",
    "MissingImportError",
    "Source",
    "StandIn",
    "execute",
    "is_stand_in",
    "read_source",
    "real",
]
