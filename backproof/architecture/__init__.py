"""What network a stranger's numbers are of: its activations, loss, guards and learning rate."""

from backproof.architecture.architecture import Architecture
from backproof.architecture.exponentials import written_out
from backproof.architecture.guards import Sizes
from backproof.architecture.identification import identify
from backproof.architecture.observation import Observation

__all__ = ["Architecture", "Observation", "Sizes", "identify", "written_out"]
