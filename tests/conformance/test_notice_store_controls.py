"""The contract of notice stores notices one that fails in one point."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.memory import MemoryNoticeStore
from orderflow.testing.notice_store_contract import NoticeStoreContract

if TYPE_CHECKING:
    from orderflow.ports import NoticeStore


class Overwrites(MemoryNoticeStore):
    def compare_and_set(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        del old
        self.put(seller_id, key, new)
        return True


class BeginsNothing(MemoryNoticeStore):
    def compare_and_set(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        return old is not None and super().compare_and_set(seller_id, key, old, new)


class LooksFirst(MemoryNoticeStore):
    def compare_and_set(self, seller_id: str, key: str, old: str | None, new: str) -> bool:
        if self.get(seller_id, key) != old:
            return False
        time.sleep(0.01)
        self.put(seller_id, key, new)
        return True


class TakesEmptyForNothing(MemoryNoticeStore):
    def get(self, seller_id: str, key: str) -> str | None:
        return super().get(seller_id, key) or None


class _Contract(NoticeStoreContract):
    def __init__(self, notice_store: type[MemoryNoticeStore]) -> None:
        self._notice_store = notice_store

    def make_notice_store(self) -> NoticeStore:
        return self._notice_store()


ONE_BY_ONE = "test_a_text_is_replaced_only_if_nobody_else_has_replaced_it"
AT_ONCE = "test_of_several_concurrent_replacements_one_succeeds"
REPLACED = "test_a_text_is_read_until_it_is_replaced_or_removed"


@pytest.mark.parametrize(
    ("notice_store", "test", "given"),
    [
        (Overwrites, ONE_BY_ONE, ()),
        (BeginsNothing, ONE_BY_ONE, ()),
        (LooksFirst, AT_ONCE, (None,)),
        (LooksFirst, AT_ONCE, ("a",)),
        (TakesEmptyForNothing, REPLACED, ()),
    ],
)
def test_the_contract_notices_a_notice_store_that_fails_in_one_point(
    notice_store: type[MemoryNoticeStore], test: str, given: tuple[str | None, ...]
) -> None:
    getattr(_Contract(MemoryNoticeStore), test)(*given)
    with pytest.raises(AssertionError):
        getattr(_Contract(notice_store), test)(*given)
