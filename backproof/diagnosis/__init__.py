"""From what differs to the mistake that gives exactly these numbers."""

from backproof.diagnosis.diagnose import diagnose
from backproof.diagnosis.diagnosis import Diagnosis
from backproof.diagnosis.exhibit import Exhibit

__all__ = ["Diagnosis", "Exhibit", "diagnose"]
