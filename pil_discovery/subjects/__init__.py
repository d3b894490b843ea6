"""Who is who: clean the codes that join registers."""

from pil_discovery.subjects.codes import link_codes, recovered_codes

__all__ = ["link_codes", "recovered_codes"]
