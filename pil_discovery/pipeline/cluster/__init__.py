"""The same work on the processes of a Dask cluster, here or on many machines.

A cluster is for what one machine cannot hold or finish: it reads the files of a
workspace, runs its models and solves the tiles of their overlays. Every task is small,
names files on shared storage instead of carrying their content, and may be repeated, so
that a lost worker costs time and nothing else. Results do not depend on it.
"""

from pil_discovery.pipeline.cluster.joining import Cluster, joined

__all__ = ["Cluster", "joined"]
