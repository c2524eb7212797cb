"""Writes commands, events and other types as JSON, and reads them back.

Each value is in an envelope: `type` is the name of its class, `version` is the version of its
format, and `data` contains its fields by name.

>>> from orderflow.domain.model.stock import StockKey
>>> text = dumps(StockKey("acme", "leeds", "MUG"))
>>> print(text)
{"type":"StockKey","version":1,"data":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"}}
>>> loads(text)
StockKey(seller_id='acme', warehouse_id='leeds', sku='MUG')

Writing includes every field of the first release, and later ones unless they have their default.
The same value gives the same text in every process. Reading gives a missing field its default, and
takes the versions of all earlier releases. Apart from that it is strict: it converts nothing, and
rejects unknown fields. An error lists the first faults with their paths, and counts the others.
"""

from orderflow.codec.envelope import dumps, from_data, loads, to_data
from orderflow.errors import CodecError

__all__ = ["CodecError", "dumps", "from_data", "loads", "to_data"]
