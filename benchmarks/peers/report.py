"""The figures beside other packages as a table, with what makes each comparison unfair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers.peer import PEERS
from benchmarks.table import pace, table, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.baseline import Baseline
    from benchmarks.peers.peer import Peer

__all__ = ["beside_peers"]

WAYS = {
    "full": "a file, each commit waits for the disk",
    "relaxed": "a file, commits do not wait",
    "short": "the same, stock for half to all of the units",
    "memory": "in memory",
}


def beside_peers(baseline: Baseline, peers: Sequence[Peer] = PEERS) -> str:
    """Return a row for each case; the first one of a package says what is unfair about it."""
    unlike = {peer.package: peer.unlike for peer in peers}
    rows = []
    for case in baseline.cases():
        _, package, way = case.split("/")
        own, other = baseline.sides(case)
        paces = (pace(each.median, each.unit, each.per) for each in (own, other))
        ratio = times(own.ratio_to(other))
        rows.append((other.side, WAYS[way], *paces, ratio, unlike.pop(package, "as above")))
    return table(("beside", "how", "orderflow", "the other", "time relative to it", "unfair"), rows)
