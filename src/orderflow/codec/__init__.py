"""Commands, events and types as JSON, and back.

Whatever travels is in an envelope: `type` is the name of its class, `version` says how its data
are laid out, and `data` holds its fields by their names.

>>> from orderflow.domain.model.stock import StockKey
>>> text = dumps(StockKey("acme", "leeds", "MUG"))
>>> print(text)
{"type":"StockKey","version":1,"data":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"}}
>>> loads(text)
StockKey(seller_id='acme', warehouse_id='leeds', sku='MUG')

Writing leaves no field out, and the same value is the same text in every process. Reading gives a
field that is left out its default, and is strict in all else: nothing is converted, and what is
not known is refused. Every fault is named with its path, not only the first.
"""

from orderflow.codec.envelope import dumps, from_data, loads, to_data
from orderflow.errors import CodecError

__all__ = ["CodecError", "dumps", "from_data", "loads", "to_data"]
