"""The files as they may be found after a loss of power, at any point of what was done to them.

What was flushed is there. Of what was not, each sector of 512 bytes may have reached the disk or
not, in any order, and so may each cut. A file that was removed may be there again until the next
flush of any file, which is when file systems write down their folders.
"""

from __future__ import annotations

from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING

import attrs

from tests.drills.power_disk import Acknowledged, Deleted, Synced, Truncated, Written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tests.drills.power_disk import Entry

__all__ = ["SECTOR_BYTES", "Image", "Unsynced", "images"]

SECTOR_BYTES = 512


class Unsynced(StrEnum):
    """What becomes of what was not flushed."""

    DROPPED = "all of it is lost"
    KEPT = "all of it is there"
    MIXED = "some of its sectors are there"


@attrs.frozen
class Image:
    """What is found.

    Attributes:
        point: After how many entries of the log.
        unsynced: What became of what was not flushed.
        acknowledged: How many commands had been answered.
        files: The files, by their names.
    """

    point: int
    unsynced: Unsynced
    acknowledged: int
    files: dict[str, bytes]


@attrs.define
class _File:
    synced: bytes | None = None
    pending: list[Written | Truncated] = attrs.field(factory=list)

    def sync(self) -> None:
        self.synced, self.pending = _applied(self.synced or b"", self.pending), []


def images(
    log: Sequence[Entry], points: Collection[int], *, unsynced: Collection[Unsynced]
) -> Iterator[Image]:
    """Build the images of these points of a log, and leave out what is as it was before.

    Args:
        log: What was done.
        points: After how many entries, each.
        unsynced: What may become of what was not flushed.
    """
    files, removed = dict[str, _File](), dict[str, bytes | None]()
    acknowledged, last = 0, dict[Unsynced, tuple[int, dict[str, bytes]]]()
    for point, entry in enumerate(log, 1):
        if isinstance(entry, Acknowledged):
            acknowledged = entry.commands
        else:
            _follow(files, removed, entry)
        if point not in points:
            continue
        for each in unsynced:
            found = _found(files, removed, each, Random(point))  # noqa: S311 - no secret
            if last.get(each) != (acknowledged, found):
                last[each] = (acknowledged, found)
                yield Image(point, each, acknowledged, found)


def _follow(
    files: dict[str, _File],
    removed: dict[str, bytes | None],
    entry: Written | Truncated | Synced | Deleted,
) -> None:
    match entry:
        case Synced(name):
            files.setdefault(name, _File()).sync()
            removed.clear()
        case Deleted(name):
            removed[name] = files.pop(name, _File()).synced
        case Written(name) | Truncated(name):
            files.setdefault(name, _File()).pending.append(entry)


def _found(
    files: dict[str, _File], removed: dict[str, bytes | None], unsynced: Unsynced, dice: Random
) -> dict[str, bytes]:
    share = {Unsynced.DROPPED: 0.0, Unsynced.KEPT: 1.0, Unsynced.MIXED: dice.random()}[unsynced]
    found = {name: old for name, old in removed.items() if dice.random() >= share}
    for name, file in files.items():
        some = [each for change in file.pending for each in _sectors(change)]
        kept = [each for each in some if dice.random() < share]
        if file.synced is not None or kept:
            found[name] = _applied(file.synced or b"", kept)
    return {name: data for name, data in found.items() if data is not None}


def _sectors(change: Written | Truncated) -> Iterator[Written | Truncated]:
    """Yield the parts of a change that reach the disk one by one."""
    if isinstance(change, Truncated):
        yield change
        return
    at, end = change.offset, change.offset + len(change.data)
    while at < end:
        behind = min(end, at - at % SECTOR_BYTES + SECTOR_BYTES)
        yield Written(change.file, at, change.data[at - change.offset : behind - change.offset])
        at = behind


def _applied(before: bytes, changes: Sequence[Written | Truncated]) -> bytes:
    data = bytearray(before)
    for change in changes:
        if isinstance(change, Truncated):
            del data[change.size :]
        else:
            data.extend(bytes(max(0, change.offset - len(data))))
            data[change.offset : change.offset + len(change.data)] = change.data
    return bytes(data)
