"""The contract of notebooks notices a notebook that fails in one point."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.memory import MemoryNoticeStore
from orderflow.testing.notice_store_contract import NoticeStoreContract

if TYPE_CHECKING:
    from orderflow.ports import NoticeStore


class Overwrites(MemoryNoticeStore):
    def exchange(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        del old
        self.write(seller_id, key, new)
        return True


class BeginsNothing(MemoryNoticeStore):
    def exchange(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        return old is not None and super().exchange(seller_id, key, old, new)


class LooksFirst(MemoryNoticeStore):
    def exchange(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        if self.note(seller_id, key) != old:
            return False
        time.sleep(0.01)
        self.write(seller_id, key, new)
        return True


class TakesEmptyForNothing(MemoryNoticeStore):
    def note(self, seller_id: str, key: str) -> str | None:
        return super().note(seller_id, key) or None


class _Contract(NoticeStoreContract):
    def __init__(self, notebook: type[MemoryNoticeStore]) -> None:
        self._notebook = notebook

    def make_notice_store(self) -> NoticeStore:
        return self._notebook()


ONE_BY_ONE = "test_a_note_is_exchanged_for_another_if_nobody_else_has_done_so"
AT_ONCE = "test_of_several_that_exchange_a_note_at_once_one_succeeds"
REPLACED = "test_what_was_noted_is_read_until_it_is_replaced_or_taken_out"


@pytest.mark.parametrize(
    ("notebook", "test", "given"),
    [
        (Overwrites, ONE_BY_ONE, ()),
        (BeginsNothing, ONE_BY_ONE, ()),
        (LooksFirst, AT_ONCE, (None,)),
        (LooksFirst, AT_ONCE, ("a",)),
        (TakesEmptyForNothing, REPLACED, ()),
    ],
)
def test_the_contract_notices_a_notebook_that_fails_in_one_point(
    notebook: type[MemoryNoticeStore], test: str, given: tuple[str | None, ...]
) -> None:
    getattr(_Contract(MemoryNoticeStore), test)(*given)
    with pytest.raises(AssertionError):
        getattr(_Contract(notebook), test)(*given)
