BEGIN TRANSACTION;
CREATE TABLE orderflow_commands (
	seller_id VARCHAR(128) NOT NULL, 
	command_id VARCHAR(128) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	command TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	CONSTRAINT orderflow_commands_pk PRIMARY KEY (seller_id, command_id)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_commands" VALUES('acme','delivery 1','2025-03-03 12:00:00.000000','{"type":"BookInStock","version":1,"data":{"at":"2025-03-03T12:00:00+00:00","command_id":"delivery 1","key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"received":12,"rejected":0,"receipt_id":null,"more_to_come":false}}','{"type":"Outcome","version":1,"data":{"seller_id":"acme","order_id":null,"events":[{"type":"StockBookedIn","key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"at":"2025-03-03T12:00:00+00:00","received":12,"rejected":0,"receipt_id":null,"expected":null,"more_to_come":false,"from_warehouse_id":null}],"orders":[],"stock":[{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"on_hand":12,"allocated":0}],"receipts":[],"receipts_closed":[],"back_orders_completed":[],"back_orders_opened":[],"policy":null,"queue_index":[],"unserved":[],"next_page":null,"back_order_limits":null}}');
INSERT INTO "orderflow_commands" VALUES('acme','place B','2025-03-03 13:11:00.000000','{"type":"PlaceOrder","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","command_id":"place B","order":{"order_id":"B","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null},"allocate":true,"sourcing":null}}','{"type":"Outcome","version":1,"data":{"seller_id":"acme","order_id":"B","events":[{"type":"OrderPlaced","at":"2025-03-03T13:11:00+00:00","order":{"order_id":"B","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}},{"type":"OrderAllocated","seller_id":"acme","order_id":"B","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}],"orders":[{"order_id":"B","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":1,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ALLOCATED","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":1,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}],"stock":[{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"on_hand":12,"allocated":1}],"receipts":[],"receipts_closed":[],"back_orders_completed":[],"back_orders_opened":[],"policy":null,"queue_index":[],"unserved":[],"next_page":null,"back_order_limits":null}}');
INSERT INTO "orderflow_commands" VALUES('acme','place C','2025-03-03 13:11:00.000000','{"type":"PlaceOrder","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","command_id":"place C","order":{"order_id":"C","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null},"allocate":true,"sourcing":null}}','{"type":"Outcome","version":1,"data":{"seller_id":"acme","order_id":"C","events":[{"type":"OrderPlaced","at":"2025-03-03T13:11:00+00:00","order":{"order_id":"C","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}},{"type":"OrderAllocated","seller_id":"acme","order_id":"C","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}],"orders":[{"order_id":"C","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":1,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ALLOCATED","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":1,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}],"stock":[{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"on_hand":12,"allocated":2}],"receipts":[],"receipts_closed":[],"back_orders_completed":[],"back_orders_opened":[],"policy":null,"queue_index":[],"unserved":[],"next_page":null,"back_order_limits":null}}');
INSERT INTO "orderflow_commands" VALUES('acme','place D','2025-03-03 13:11:00.000000','{"type":"PlaceOrder","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","command_id":"place D","order":{"order_id":"D","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null},"allocate":true,"sourcing":null}}','{"type":"Outcome","version":1,"data":{"seller_id":"acme","order_id":"D","events":[{"type":"OrderPlaced","at":"2025-03-03T13:11:00+00:00","order":{"order_id":"D","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}},{"type":"OrderAllocated","seller_id":"acme","order_id":"D","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}],"orders":[{"order_id":"D","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":1,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ALLOCATED","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":1,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}],"stock":[{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"on_hand":12,"allocated":3}],"receipts":[],"receipts_closed":[],"back_orders_completed":[],"back_orders_opened":[],"policy":null,"queue_index":[],"unserved":[],"next_page":null,"back_order_limits":null}}');
INSERT INTO "orderflow_commands" VALUES('acme','place E','2025-03-03 13:11:00.000000','{"type":"PlaceOrder","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","command_id":"place E","order":{"order_id":"E","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null},"allocate":true,"sourcing":null}}','{"type":"Outcome","version":1,"data":{"seller_id":"acme","order_id":"E","events":[{"type":"OrderPlaced","at":"2025-03-03T13:11:00+00:00","order":{"order_id":"E","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}},{"type":"OrderAllocated","seller_id":"acme","order_id":"E","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}],"orders":[{"order_id":"E","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":1,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ALLOCATED","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":1,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}],"stock":[{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"on_hand":12,"allocated":4}],"receipts":[],"receipts_closed":[],"back_orders_completed":[],"back_orders_opened":[],"policy":null,"queue_index":[],"unserved":[],"next_page":null,"back_order_limits":null}}');
INSERT INTO "orderflow_commands" VALUES('acme','place F','2025-03-03 13:11:00.000000','{"type":"PlaceOrder","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","command_id":"place F","order":{"order_id":"F","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null},"allocate":true,"sourcing":null}}','{"type":"Outcome","version":1,"data":{"seller_id":"acme","order_id":"F","events":[{"type":"OrderPlaced","at":"2025-03-03T13:11:00+00:00","order":{"order_id":"F","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}},{"type":"OrderAllocated","seller_id":"acme","order_id":"F","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}],"orders":[{"order_id":"F","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":1,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ALLOCATED","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":1,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}],"stock":[{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"on_hand":12,"allocated":5}],"receipts":[],"receipts_closed":[],"back_orders_completed":[],"back_orders_opened":[],"policy":null,"queue_index":[],"unserved":[],"next_page":null,"back_order_limits":null}}');
INSERT INTO "orderflow_commands" VALUES('acme','place G','2025-03-03 13:11:00.000000','{"type":"PlaceOrder","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","command_id":"place G","order":{"order_id":"G","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null},"allocate":true,"sourcing":null}}','{"type":"Outcome","version":1,"data":{"seller_id":"acme","order_id":"G","events":[{"type":"OrderPlaced","at":"2025-03-03T13:11:00+00:00","order":{"order_id":"G","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}},{"type":"OrderAllocated","seller_id":"acme","order_id":"G","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}],"orders":[{"order_id":"G","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":1,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ALLOCATED","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":1,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}],"stock":[{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"on_hand":12,"allocated":6}],"receipts":[],"receipts_closed":[],"back_orders_completed":[],"back_orders_opened":[],"policy":null,"queue_index":[],"unserved":[],"next_page":null,"back_order_limits":null}}');
CREATE TABLE orderflow_events (
	seller_id VARCHAR(128) NOT NULL, 
	number BIGINT NOT NULL, 
	order_id VARCHAR(128), 
	kind VARCHAR(128) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	event TEXT NOT NULL, 
	CONSTRAINT orderflow_events_pk PRIMARY KEY (seller_id, number), 
	CONSTRAINT orderflow_events_number CHECK (number >= 1)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_events" VALUES('acme',1,NULL,'StockBookedIn','2025-03-03 12:00:00.000000','{"type":"StockBookedIn","version":1,"data":{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"MUG"},"at":"2025-03-03T12:00:00+00:00","received":12,"rejected":0,"receipt_id":null,"expected":null,"more_to_come":false,"from_warehouse_id":null}}');
INSERT INTO "orderflow_events" VALUES('acme',2,NULL,'StockBookedIn','2025-03-03 12:00:00.000000','{"type":"StockBookedIn","version":1,"data":{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"PAN"},"at":"2025-03-03T12:00:00+00:00","received":3,"rejected":1,"receipt_id":null,"expected":null,"more_to_come":false,"from_warehouse_id":null}}');
INSERT INTO "orderflow_events" VALUES('acme',3,NULL,'StockAdjusted','2025-03-03 12:00:00.000000','{"type":"StockAdjusted","version":1,"data":{"key":{"seller_id":"acme","warehouse_id":"leeds","sku":"PAN"},"at":"2025-03-03T12:00:00+00:00","change":-1,"reason":"DAMAGE","note":"dented"}}');
INSERT INTO "orderflow_events" VALUES('acme',4,NULL,'StockAdjusted','2025-03-03 12:00:00.000000','{"type":"StockAdjusted","version":1,"data":{"key":{"seller_id":"acme","warehouse_id":"york","sku":"TEA"},"at":"2025-03-03T12:00:00+00:00","change":4,"reason":"COUNT","note":""}}');
INSERT INTO "orderflow_events" VALUES('acme',5,NULL,'ReceiptAnnounced','2025-03-03 12:00:00.000000','{"type":"ReceiptAnnounced","version":1,"data":{"at":"2025-03-03T12:00:00+00:00","receipt":{"receipt_id":"ASN 1","key":{"seller_id":"acme","warehouse_id":"leeds","sku":"PAN"},"quantity":5,"expected_at":"2025-03-06T12:00:00+00:00","from_warehouse_id":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',6,NULL,'ReceiptAnnounced','2025-03-03 12:00:00.000000','{"type":"ReceiptAnnounced","version":1,"data":{"at":"2025-03-03T12:00:00+00:00","receipt":{"receipt_id":"ASN 2","key":{"seller_id":"acme","warehouse_id":"leeds","sku":"PAN"},"quantity":5,"expected_at":"2025-03-04T12:00:00+00:00","from_warehouse_id":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',7,'A','OrderPlaced','2025-03-03 13:10:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:10:00+00:00","order":{"order_id":"A","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',8,'B','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"B","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',9,'B','OrderAllocated','2025-03-03 13:11:00.000000','{"type":"OrderAllocated","version":1,"data":{"seller_id":"acme","order_id":"B","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',10,'C','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"C","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',11,'C','OrderAllocated','2025-03-03 13:11:00.000000','{"type":"OrderAllocated","version":1,"data":{"seller_id":"acme","order_id":"C","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',12,'C','OrderSentToWarehouse','2025-03-03 13:20:00.000000','{"type":"OrderSentToWarehouse","version":1,"data":{"seller_id":"acme","order_id":"C","at":"2025-03-03T13:20:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',13,'D','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"D","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',14,'D','OrderAllocated','2025-03-03 13:11:00.000000','{"type":"OrderAllocated","version":1,"data":{"seller_id":"acme","order_id":"D","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',15,'D','OrderSentToWarehouse','2025-03-03 13:20:00.000000','{"type":"OrderSentToWarehouse","version":1,"data":{"seller_id":"acme","order_id":"D","at":"2025-03-03T13:20:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',16,'E','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"E","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',17,'E','OrderAllocated','2025-03-03 13:11:00.000000','{"type":"OrderAllocated","version":1,"data":{"seller_id":"acme","order_id":"E","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',18,'E','OrderSentToWarehouse','2025-03-03 13:20:00.000000','{"type":"OrderSentToWarehouse","version":1,"data":{"seller_id":"acme","order_id":"E","at":"2025-03-03T13:20:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',19,'F','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"F","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',20,'F','OrderAllocated','2025-03-03 13:11:00.000000','{"type":"OrderAllocated","version":1,"data":{"seller_id":"acme","order_id":"F","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',21,'F','OrderSentToWarehouse','2025-03-03 13:20:00.000000','{"type":"OrderSentToWarehouse","version":1,"data":{"seller_id":"acme","order_id":"F","at":"2025-03-03T13:20:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',22,'G','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"G","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',23,'G','OrderAllocated','2025-03-03 13:11:00.000000','{"type":"OrderAllocated","version":1,"data":{"seller_id":"acme","order_id":"G","at":"2025-03-03T13:11:00+00:00","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',24,'G','OrderSentToWarehouse','2025-03-03 13:20:00.000000','{"type":"OrderSentToWarehouse","version":1,"data":{"seller_id":"acme","order_id":"G","at":"2025-03-03T13:20:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',25,'D','CancellationRequested','2025-03-03 13:21:00.000000','{"type":"CancellationRequested","version":1,"data":{"seller_id":"acme","order_id":"D","at":"2025-03-03T13:21:00+00:00","reason":"changed my mind"}}');
INSERT INTO "orderflow_events" VALUES('acme',26,'E','OrderDespatched','2025-03-03 13:22:00.000000','{"type":"OrderDespatched","version":1,"data":{"seller_id":"acme","order_id":"E","at":"2025-03-03T13:22:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',27,'F','OrderDespatched','2025-03-03 13:22:00.000000','{"type":"OrderDespatched","version":1,"data":{"seller_id":"acme","order_id":"F","at":"2025-03-03T13:22:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',28,'F','OrderDelivered','2025-03-03 13:30:00.000000','{"type":"OrderDelivered","version":1,"data":{"seller_id":"acme","order_id":"F","at":"2025-03-03T13:30:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',29,'F','UnitsReturned','2025-03-03 13:33:00.000000','{"type":"UnitsReturned","version":1,"data":{"seller_id":"acme","order_id":"F","at":"2025-03-03T13:33:00+00:00","units":[["1",1]],"state":"WRITTEN_OFF","reason":"OTHER","note":"chipped"}}');
INSERT INTO "orderflow_events" VALUES('acme',30,'G','CancellationRequested','2025-03-03 13:22:00.000000','{"type":"CancellationRequested","version":1,"data":{"seller_id":"acme","order_id":"G","at":"2025-03-03T13:22:00+00:00","reason":""}}');
INSERT INTO "orderflow_events" VALUES('acme',31,'G','CancellationAccepted','2025-03-03 13:23:00.000000','{"type":"CancellationAccepted","version":1,"data":{"seller_id":"acme","order_id":"G","at":"2025-03-03T13:23:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',32,'H','OrderPlaced','2025-03-03 13:24:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:24:00+00:00","order":{"order_id":"H","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"PAN","quantity":4,"allocated":0,"set_id":null},{"line_id":"2","sku":"MUG","quantity":2,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":"DPD","ship_to":{"name":"Zoë Å","street":"1 High Street","city":"Leeds","postcode":"LS1","country":"GB","company":"Å & Co","street_2":"Flat 2","region":"West Yorkshire","phone":"+44 113 496 0000"},"customer_reference":"PO-1","custom_fields":{"Gift":"\"yes\"","Å":"ja"},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',33,'H','OrderPutOnBackOrder','2025-03-03 13:24:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"H","at":"2025-03-03T13:24:00+00:00","units":[["1",2],["2",2]]}}');
INSERT INTO "orderflow_events" VALUES('acme',34,'H','OrderSplit','2025-03-03 13:25:00.000000','{"type":"OrderSplit","version":1,"data":{"seller_id":"acme","order_id":"H","at":"2025-03-03T13:25:00+00:00","new_order_id":"H-1","units":[["1",2],["2",2]]}}');
INSERT INTO "orderflow_events" VALUES('acme',35,'H-1','OrderSplitOff','2025-03-03 13:25:00.000000','{"type":"OrderSplitOff","version":1,"data":{"at":"2025-03-03T13:25:00+00:00","order":{"order_id":"H-1","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"PAN","quantity":2,"allocated":2,"set_id":null},{"line_id":"2","sku":"MUG","quantity":2,"allocated":2,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ALLOCATED","priority":0,"promised_by":null,"not_before":null,"courier":"DPD","ship_to":{"name":"Zoë Å","street":"1 High Street","city":"Leeds","postcode":"LS1","country":"GB","company":"Å & Co","street_2":"Flat 2","region":"West Yorkshire","phone":"+44 113 496 0000"},"customer_reference":"PO-1","custom_fields":{"Gift":"\"yes\"","Å":"ja"},"holds":[],"split_from":"H","split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',36,'I','OrderPlaced','2025-03-03 13:26:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:26:00+00:00","order":{"order_id":"I","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"PAN","quantity":1,"allocated":0,"set_id":null},{"line_id":"2","sku":"PAN","quantity":2,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":"2025-03-09T18:00:00+00:00","not_before":"2025-03-09T01:20:00+00:00","courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',37,'I','OrderPutOnBackOrder','2025-03-03 13:26:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"I","at":"2025-03-03T13:26:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('acme',38,'J','OrderPlaced','2025-03-03 13:27:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:27:00+00:00","order":{"order_id":"J","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"2","sku":"PAN","quantity":2,"allocated":0,"set_id":"Küche"},{"line_id":"1","sku":"PAN","quantity":1,"allocated":0,"set_id":"Küche"}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',39,'J','OrderPutOnBackOrder','2025-03-03 13:27:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"J","at":"2025-03-03T13:27:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('acme',40,'J','OrderHeld','2025-03-03 13:28:00.000000','{"type":"OrderHeld","version":1,"data":{"seller_id":"acme","order_id":"J","at":"2025-03-03T13:28:00+00:00","hold":{"reason":"ADDRESS","until":"2025-03-09T18:00:00+00:00","note":"flat?"}}}');
INSERT INTO "orderflow_events" VALUES('acme',41,'J','OrderHeld','2025-03-03 13:28:00.000000','{"type":"OrderHeld","version":1,"data":{"seller_id":"acme","order_id":"J","at":"2025-03-03T13:28:00+00:00","hold":{"reason":"OTHER","until":null,"note":""}}}');
INSERT INTO "orderflow_events" VALUES('acme',42,'K','OrderPlaced','2025-03-03 13:29:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:29:00+00:00","order":{"order_id":"K","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"PAN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',43,'K','OrderPutOnBackOrder','2025-03-03 13:29:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"K","at":"2025-03-03T13:29:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('acme',44,'L','OrderPlaced','2025-03-03 13:29:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:29:00+00:00","order":{"order_id":"L","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"PAN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":"P0DT5400S","replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',45,'L','OrderPutOnBackOrder','2025-03-03 13:29:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"L","at":"2025-03-03T13:29:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('acme',46,'K','OrderCancelled','2025-03-03 13:31:00.000000','{"type":"OrderCancelled","version":1,"data":{"seller_id":"acme","order_id":"K","at":"2025-03-03T13:31:00+00:00","reason":"too slow","short_reason":null,"units":[]}}');
INSERT INTO "orderflow_events" VALUES('acme',47,'P','OrderPlaced','2025-03-03 13:31:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:31:00+00:00","order":{"order_id":"P","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"PAN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',48,'P','OrderPutOnBackOrder','2025-03-03 13:31:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"P","at":"2025-03-03T13:31:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('acme',49,'P','OrderCancelled','2025-03-03 13:31:00.000000','{"type":"OrderCancelled","version":1,"data":{"seller_id":"acme","order_id":"P","at":"2025-03-03T13:31:00+00:00","reason":"","short_reason":null,"units":[]}}');
INSERT INTO "orderflow_events" VALUES('acme',50,'P','PersonalDataErased','2025-03-03 13:32:00.000000','{"type":"PersonalDataErased","version":1,"data":{"seller_id":"acme","order_id":"P","at":"2025-03-03T13:32:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('acme',51,NULL,'StockTransferred','2025-03-03 13:32:00.000000','{"type":"StockTransferred","version":1,"data":{"key":{"seller_id":"acme","warehouse_id":"york","sku":"TEA"},"at":"2025-03-03T13:32:00+00:00","units":1,"to_warehouse_id":"leeds","receipt_id":"T1"}}');
INSERT INTO "orderflow_events" VALUES('acme',52,NULL,'ReceiptAnnounced','2025-03-03 13:32:00.000000','{"type":"ReceiptAnnounced","version":1,"data":{"at":"2025-03-03T13:32:00+00:00","receipt":{"receipt_id":"T1","key":{"seller_id":"acme","warehouse_id":"leeds","sku":"TEA"},"quantity":1,"expected_at":"2025-03-05T12:00:00+00:00","from_warehouse_id":"york"}}}');
INSERT INTO "orderflow_events" VALUES('acme',53,'M','OrderPlaced','2025-03-03 13:32:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:32:00+00:00","order":{"order_id":"M","seller_id":"acme","warehouse_id":"york","lines":[{"line_id":"1","sku":"TEA","quantity":4,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":"K","pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',54,'M','OrderPutOnBackOrder','2025-03-03 13:32:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"M","at":"2025-03-03T13:32:00+00:00","units":[["1",3]]}}');
INSERT INTO "orderflow_events" VALUES('acme',55,'M','OrderPartMoved','2025-03-03 13:33:00.000000','{"type":"OrderPartMoved","version":1,"data":{"seller_id":"acme","order_id":"M","at":"2025-03-03T13:33:00+00:00","new_order_id":"M.1","warehouse_id":"leeds","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',56,'M.1','OrderSplitOff','2025-03-03 13:33:00.000000','{"type":"OrderSplitOff","version":1,"data":{"at":"2025-03-03T13:33:00+00:00","order":{"order_id":"M.1","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"TEA","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"ON_BACK_ORDER","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":"M","split_count":0,"wait":{"since":"2025-03-03T13:32:00+00:00","passed_over":0,"allows_partial":false,"reminded":false,"given_up":false,"served_first":false},"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":"K","pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',57,'N','OrderPlaced','2025-03-03 13:33:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:33:00+00:00","order":{"order_id":"N","seller_id":"acme","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"MUG","quantity":1,"allocated":0,"set_id":null},{"line_id":"2","sku":"TEA","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('acme',58,'N','OrderPutOnBackOrder','2025-03-03 13:33:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"acme","order_id":"N","at":"2025-03-03T13:33:00+00:00","units":[["1",1]]}}');
INSERT INTO "orderflow_events" VALUES('acme',59,'H-1','OrderReallocated','2025-03-03 13:34:00.000000','{"type":"OrderReallocated","version":1,"data":{"seller_id":"acme","order_id":"H-1","at":"2025-03-03T13:34:00+00:00","units":[["1",-1]],"others":["L"],"by":"Å","note":"L is late","plan_id":null,"served_first":true}}');
INSERT INTO "orderflow_events" VALUES('acme',60,'L','OrderReallocated','2025-03-03 13:34:00.000000','{"type":"OrderReallocated","version":1,"data":{"seller_id":"acme","order_id":"L","at":"2025-03-03T13:34:00+00:00","units":[["1",1]],"others":["H-1"],"by":"Å","note":"L is late","plan_id":null,"served_first":false}}');
INSERT INTO "orderflow_events" VALUES('acme',61,'I','OrderPinned','2025-03-03 13:34:00.000000','{"type":"OrderPinned","version":1,"data":{"seller_id":"acme","order_id":"I","at":"2025-03-03T13:34:00+00:00"}}');
INSERT INTO "orderflow_events" VALUES('bolt',1,NULL,'PolicyChanged','2025-03-03 12:00:00.000000','{"type":"PolicyChanged","version":1,"data":{"seller_id":"bolt","at":"2025-03-03T12:00:00+00:00","policy":{"queue":"PRIORITY","rationing":"STRICT","share_max":null,"partial_allocation":"AFTER_WAITING","passes_max":3,"wait_max":"P9DT0S","allocation_horizon":null,"fulfilment":"COMPLETE","parcels_max":null,"split_units_min":null,"split_percent_min":null,"split_wait_min":null,"preemption":"NEVER","urgent_from":null,"short_part":"WAIT","give_up_after":null,"give_up":"CANCEL_ORDER","remind_before":null,"split_ids":"{order_id}.{number}"}}}');
INSERT INTO "orderflow_events" VALUES('bolt',2,NULL,'StockBookedIn','2025-03-03 12:00:00.000000','{"type":"StockBookedIn","version":1,"data":{"key":{"seller_id":"bolt","warehouse_id":"leeds","sku":"NUT"},"at":"2025-03-03T12:00:00+00:00","received":2,"rejected":0,"receipt_id":null,"expected":null,"more_to_come":false,"from_warehouse_id":null}}');
INSERT INTO "orderflow_events" VALUES('bolt',3,NULL,'StockAdjusted','2025-03-03 12:00:00.000000','{"type":"StockAdjusted","version":1,"data":{"key":{"seller_id":"bolt","warehouse_id":"leeds","sku":"CAP"},"at":"2025-03-03T12:00:00+00:00","change":0,"reason":"COUNT","note":""}}');
INSERT INTO "orderflow_events" VALUES('bolt',4,'A','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"A","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"NUT","quantity":3,"allocated":0,"set_id":null},{"line_id":"2","sku":"CAP","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',5,'A','OrderPutOnBackOrder','2025-03-03 13:11:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"A","at":"2025-03-03T13:11:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',6,'B','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"B","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"NUT","quantity":3,"allocated":0,"set_id":null},{"line_id":"2","sku":"CAP","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":5,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',7,'B','OrderPutOnBackOrder','2025-03-03 13:11:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"B","at":"2025-03-03T13:11:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',8,'C','OrderPlaced','2025-03-03 13:11:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:11:00+00:00","order":{"order_id":"C","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"NUT","quantity":3,"allocated":0,"set_id":null},{"line_id":"2","sku":"CAP","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',9,'C','OrderPutOnBackOrder','2025-03-03 13:11:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"C","at":"2025-03-03T13:11:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',10,NULL,'StockBookedIn','2025-03-03 13:12:00.000000','{"type":"StockBookedIn","version":1,"data":{"key":{"seller_id":"bolt","warehouse_id":"leeds","sku":"CAP"},"at":"2025-03-03T13:12:00+00:00","received":1,"rejected":0,"receipt_id":null,"expected":null,"more_to_come":false,"from_warehouse_id":null}}');
INSERT INTO "orderflow_events" VALUES('bolt',11,'D','OrderPlaced','2025-03-03 13:20:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:20:00+00:00","order":{"order_id":"D","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"TIN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',12,'D','OrderPutOnBackOrder','2025-03-03 13:20:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"D","at":"2025-03-03T13:20:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',13,'E','OrderPlaced','2025-03-03 13:20:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:20:00+00:00","order":{"order_id":"E","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"TIN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',14,'E','OrderPutOnBackOrder','2025-03-03 13:20:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"E","at":"2025-03-03T13:20:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',15,'F','OrderPlaced','2025-03-03 13:20:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:20:00+00:00","order":{"order_id":"F","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"TIN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',16,'F','OrderPutOnBackOrder','2025-03-03 13:20:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"F","at":"2025-03-03T13:20:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',17,'G','OrderPlaced','2025-03-03 13:20:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:20:00+00:00","order":{"order_id":"G","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"TIN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',18,'G','OrderPutOnBackOrder','2025-03-03 13:20:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"G","at":"2025-03-03T13:20:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',19,'H','OrderPlaced','2025-03-03 13:20:00.000000','{"type":"OrderPlaced","version":1,"data":{"at":"2025-03-03T13:20:00+00:00","order":{"order_id":"H","seller_id":"bolt","warehouse_id":"leeds","lines":[{"line_id":"1","sku":"TIN","quantity":1,"allocated":0,"set_id":null}],"placed_at":"2025-03-03T12:00:00+00:00","status":"NEW","priority":0,"promised_by":null,"not_before":null,"courier":null,"ship_to":null,"customer_reference":null,"custom_fields":{},"holds":[],"split_from":null,"split_count":0,"wait":null,"returned":[],"version":0,"short_part":null,"give_up_after":null,"replaces":null,"pinned":false,"erased_at":null}}}');
INSERT INTO "orderflow_events" VALUES('bolt',20,'H','OrderPutOnBackOrder','2025-03-03 13:20:00.000000','{"type":"OrderPutOnBackOrder","version":1,"data":{"seller_id":"bolt","order_id":"H","at":"2025-03-03T13:20:00+00:00","units":[]}}');
INSERT INTO "orderflow_events" VALUES('bolt',21,NULL,'StockBookedIn','2025-03-03 13:30:00.000000','{"type":"StockBookedIn","version":1,"data":{"key":{"seller_id":"bolt","warehouse_id":"leeds","sku":"TIN"},"at":"2025-03-03T13:30:00+00:00","received":4,"rejected":0,"receipt_id":null,"expected":null,"more_to_come":false,"from_warehouse_id":null}}');
INSERT INTO "orderflow_events" VALUES('bolt',22,'D','OrderAllocated','2025-03-03 13:30:00.000000','{"type":"OrderAllocated","version":1,"data":{"seller_id":"bolt","order_id":"D","at":"2025-03-03T13:30:00+00:00","units":[["1",1]]}}');
CREATE TABLE orderflow_expected_receipts (
	seller_id VARCHAR(128) NOT NULL, 
	receipt_id VARCHAR(128) NOT NULL, 
	warehouse_id VARCHAR(128) NOT NULL, 
	sku VARCHAR(128) NOT NULL, 
	quantity BIGINT NOT NULL, 
	expected_at VARCHAR(32) NOT NULL, 
	from_warehouse_id VARCHAR(128), 
	CONSTRAINT orderflow_expected_receipts_pk PRIMARY KEY (seller_id, receipt_id), 
	CONSTRAINT orderflow_expected_receipts_quantity CHECK (quantity >= 1 AND quantity <= 1000000000000)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_expected_receipts" VALUES('acme','ASN 1','leeds','PAN',5,'2025-03-06 12:00:00.000000',NULL);
INSERT INTO "orderflow_expected_receipts" VALUES('acme','ASN 2','leeds','PAN',5,'2025-03-04 12:00:00.000000',NULL);
INSERT INTO "orderflow_expected_receipts" VALUES('acme','T1','leeds','TEA',1,'2025-03-05 12:00:00.000000','york');
CREATE TABLE orderflow_inbox (
	seller_id VARCHAR(128) NOT NULL, 
	message_id VARCHAR(272) NOT NULL, 
	received_at VARCHAR(32) NOT NULL, 
	CONSTRAINT orderflow_inbox_pk PRIMARY KEY (seller_id, message_id)
)
 WITHOUT ROWID

;
CREATE TABLE orderflow_notice_store (
	seller_id VARCHAR(128) NOT NULL, 
	notice_key VARCHAR(200) NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT orderflow_notice_store_pk PRIMARY KEY (seller_id, notice_key)
)
 WITHOUT ROWID

;
CREATE TABLE orderflow_order_lines (
	seller_id VARCHAR(128) NOT NULL, 
	order_id VARCHAR(128) NOT NULL, 
	line_id VARCHAR(128) NOT NULL, 
	position BIGINT NOT NULL, 
	warehouse_id VARCHAR(128) NOT NULL, 
	sku VARCHAR(128) NOT NULL, 
	quantity BIGINT NOT NULL, 
	allocated BIGINT NOT NULL, 
	set_id VARCHAR(128), 
	CONSTRAINT orderflow_order_lines_pk PRIMARY KEY (seller_id, order_id, line_id), 
	CONSTRAINT orderflow_order_lines_position CHECK (position >= 0 AND position < 10000), 
	CONSTRAINT orderflow_order_lines_quantity CHECK (quantity >= 1 AND quantity <= 1000000000000), 
	CONSTRAINT orderflow_order_lines_allocated CHECK (0 <= allocated AND allocated <= quantity)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_order_lines" VALUES('acme','A','1',0,'leeds','MUG',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','B','1',0,'leeds','MUG',1,1,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','C','1',0,'leeds','MUG',1,1,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','D','1',0,'leeds','MUG',1,1,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','E','1',0,'leeds','MUG',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','F','1',0,'leeds','MUG',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','G','1',0,'leeds','MUG',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','H','1',0,'leeds','PAN',2,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','H-1','1',0,'leeds','PAN',2,1,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','H-1','2',1,'leeds','MUG',2,2,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','I','1',0,'leeds','PAN',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','I','2',1,'leeds','PAN',2,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','J','1',1,'leeds','PAN',1,0,'Küche');
INSERT INTO "orderflow_order_lines" VALUES('acme','J','2',0,'leeds','PAN',2,0,'Küche');
INSERT INTO "orderflow_order_lines" VALUES('acme','K','1',0,'leeds','PAN',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','L','1',0,'leeds','PAN',1,1,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','M','1',0,'york','TEA',3,3,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','M.1','1',0,'leeds','TEA',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','N','1',0,'leeds','MUG',1,1,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','N','2',1,'leeds','TEA',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('acme','P','1',0,'leeds','PAN',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','A','1',0,'leeds','NUT',3,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','A','2',1,'leeds','CAP',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','B','1',0,'leeds','NUT',3,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','B','2',1,'leeds','CAP',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','C','1',0,'leeds','NUT',3,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','C','2',1,'leeds','CAP',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','D','1',0,'leeds','TIN',1,1,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','E','1',0,'leeds','TIN',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','F','1',0,'leeds','TIN',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','G','1',0,'leeds','TIN',1,0,NULL);
INSERT INTO "orderflow_order_lines" VALUES('bolt','H','1',0,'leeds','TIN',1,0,NULL);
CREATE TABLE orderflow_orders (
	seller_id VARCHAR(128) NOT NULL, 
	order_id VARCHAR(128) NOT NULL, 
	warehouse_id VARCHAR(128) NOT NULL, 
	status VARCHAR(22) NOT NULL, 
	placed_at VARCHAR(32) NOT NULL, 
	priority BIGINT NOT NULL, 
	promised_by VARCHAR(32), 
	not_before VARCHAR(32), 
	courier VARCHAR(128), 
	ship_to TEXT, 
	customer_reference VARCHAR(128), 
	custom_fields TEXT, 
	short_part VARCHAR(12), 
	holds TEXT, 
	held_until VARCHAR(32), 
	split_from VARCHAR(128), 
	replaces VARCHAR(128), 
	pinned BOOLEAN DEFAULT 0 NOT NULL, 
	split_count BIGINT NOT NULL, 
	waits_since VARCHAR(32), 
	passed_over BIGINT NOT NULL, 
	allows_partial BOOLEAN NOT NULL, 
	reminded BOOLEAN DEFAULT 0 NOT NULL, 
	given_up BOOLEAN DEFAULT 0 NOT NULL, 
	served_first BOOLEAN DEFAULT 0 NOT NULL, 
	give_up_after BIGINT, 
	gives_up_at VARCHAR(32), 
	blocked_on VARCHAR(128), 
	returned TEXT, 
	erased_at VARCHAR(32), 
	version BIGINT NOT NULL, 
	CONSTRAINT orderflow_orders_pk PRIMARY KEY (seller_id, order_id), 
	CONSTRAINT orderflow_orders_status CHECK (status IN ('NEW', 'POSTPONED', 'ON_HOLD', 'ON_BACK_ORDER', 'ALLOCATED', 'SENT_TO_WAREHOUSE', 'CANCELLATION_REQUESTED', 'DESPATCHED', 'DELIVERED', 'CANCELLED')), 
	CONSTRAINT orderflow_orders_held CHECK ((status = 'ON_HOLD') = (holds IS NOT NULL)), 
	CONSTRAINT orderflow_orders_until CHECK (held_until IS NULL OR status = 'ON_HOLD'), 
	CONSTRAINT orderflow_orders_waits CHECK (waits_since IS NULL OR status IN ('ON_HOLD', 'ON_BACK_ORDER')), 
	CONSTRAINT orderflow_orders_gives_up CHECK (gives_up_at IS NULL OR status = 'ON_BACK_ORDER'), 
	CONSTRAINT orderflow_orders_returned CHECK (returned IS NULL OR status IN ('DESPATCHED', 'DELIVERED')), 
	CONSTRAINT orderflow_orders_counts CHECK (split_count >= 0 AND passed_over >= 0 AND version >= 0)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_orders" VALUES('acme','A','leeds','NEW','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "orderflow_orders" VALUES('acme','B','leeds','ALLOCATED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('acme','C','leeds','SENT_TO_WAREHOUSE','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "orderflow_orders" VALUES('acme','D','leeds','CANCELLATION_REQUESTED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,3);
INSERT INTO "orderflow_orders" VALUES('acme','E','leeds','DESPATCHED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,3);
INSERT INTO "orderflow_orders" VALUES('acme','F','leeds','DELIVERED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,'[["1",1]]',NULL,5);
INSERT INTO "orderflow_orders" VALUES('acme','G','leeds','CANCELLED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,4);
INSERT INTO "orderflow_orders" VALUES('acme','H','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,'DPD','{"type":"Address","version":1,"data":{"name":"Zoë Å","street":"1 High Street","city":"Leeds","postcode":"LS1","country":"GB","company":"Å & Co","street_2":"Flat 2","region":"West Yorkshire","phone":"+44 113 496 0000"}}','PO-1','{"Gift":"\"yes\"","Å":"ja"}',NULL,NULL,NULL,NULL,NULL,0,1,'2025-03-03 13:24:00.000000',0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "orderflow_orders" VALUES('acme','H-1','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,'DPD','{"type":"Address","version":1,"data":{"name":"Zoë Å","street":"1 High Street","city":"Leeds","postcode":"LS1","country":"GB","company":"Å & Co","street_2":"Flat 2","region":"West Yorkshire","phone":"+44 113 496 0000"}}','PO-1','{"Gift":"\"yes\"","Å":"ja"}',NULL,NULL,NULL,'H',NULL,0,0,'2025-03-03 13:34:00.000000',0,0,0,0,1,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('acme','I','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,'2025-03-09 18:00:00.000000','2025-03-09 01:20:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,'2025-03-03 13:26:00.000000',0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "orderflow_orders" VALUES('acme','J','leeds','ON_HOLD','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[{"type":"Hold","version":1,"data":{"reason":"ADDRESS","until":"2025-03-09T18:00:00+00:00","note":"flat?"}},{"type":"Hold","version":1,"data":{"reason":"OTHER","until":null,"note":""}}]','2025-03-09 18:00:00.000000',NULL,NULL,0,0,'2025-03-03 13:27:00.000000',0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,3);
INSERT INTO "orderflow_orders" VALUES('acme','K','leeds','CANCELLED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "orderflow_orders" VALUES('acme','L','leeds','ALLOCATED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,5400000000,NULL,NULL,NULL,NULL,2);
INSERT INTO "orderflow_orders" VALUES('acme','M','york','ALLOCATED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'K',0,1,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "orderflow_orders" VALUES('acme','M.1','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'M','K',0,0,'2025-03-03 13:32:00.000000',0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "orderflow_orders" VALUES('acme','N','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:33:00.000000',0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('acme','P','leeds','CANCELLED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,'2025-03-03 13:32:00.000000',3);
INSERT INTO "orderflow_orders" VALUES('bolt','A','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:11:00.000000',0,0,0,0,0,NULL,NULL,'NUT',NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('bolt','B','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:11:00.000000',0,0,0,0,0,NULL,NULL,'NUT',NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('bolt','C','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:11:00.000000',0,0,0,0,0,NULL,NULL,'NUT',NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('bolt','D','leeds','ALLOCATED','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,0,0,0,0,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "orderflow_orders" VALUES('bolt','E','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:20:00.000000',0,0,0,0,0,NULL,NULL,'TIN',NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('bolt','F','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:20:00.000000',0,0,0,0,0,NULL,NULL,'TIN',NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('bolt','G','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:20:00.000000',0,0,0,0,0,NULL,NULL,'TIN',NULL,NULL,1);
INSERT INTO "orderflow_orders" VALUES('bolt','H','leeds','ON_BACK_ORDER','2025-03-03 12:00:00.000000',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'2025-03-03 13:20:00.000000',0,0,0,0,0,NULL,NULL,'TIN',NULL,NULL,1);
CREATE TABLE orderflow_outbox (
	seller_id VARCHAR(128) NOT NULL, 
	number BIGINT NOT NULL, 
	subject VARCHAR(272) NOT NULL, 
	due_at VARCHAR(32), 
	attempts BIGINT NOT NULL, 
	error TEXT NOT NULL, 
	is_dead BOOLEAN NOT NULL, 
	trace TEXT, 
	CONSTRAINT orderflow_outbox_pk PRIMARY KEY (seller_id, number), 
	CONSTRAINT orderflow_outbox_attempts CHECK (attempts >= 0), 
	CONSTRAINT orderflow_outbox_dead CHECK (NOT is_dead OR due_at IS NOT NULL)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_outbox" VALUES('acme',1,'stock leeds/MUG',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',2,'stock leeds/PAN',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',3,'stock leeds/PAN',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',4,'stock york/TEA',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',5,'receipt ASN 1',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',6,'receipt ASN 2',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',7,'A',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',8,'B',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',9,'B',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',10,'C',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',11,'C',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',12,'C',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',13,'D',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',14,'D',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',15,'D',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',16,'E',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',17,'E',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',18,'E',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',19,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',20,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',21,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',22,'G',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',23,'G',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',24,'G',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',25,'D',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',26,'E',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',27,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',28,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',29,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',30,'G',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',31,'G',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',32,'H',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',33,'H',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',34,'H',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',35,'H-1',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',36,'I',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',37,'I',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',38,'J',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',39,'J',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',40,'J',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',41,'J',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',42,'K',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',43,'K',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',44,'L',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',45,'L',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',46,'K',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',47,'P',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',48,'P',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',49,'P',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',50,'P',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',51,'stock york/TEA',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',52,'receipt T1',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',53,'M',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',54,'M',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',55,'M',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',56,'M.1',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',57,'N',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',58,'N',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',59,'H-1',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',60,'L',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('acme',61,'I',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',1,'policy',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',2,'stock leeds/NUT',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',3,'stock leeds/CAP',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',4,'A',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',5,'A',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',6,'B',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',7,'B',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',8,'C',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',9,'C',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',10,'stock leeds/CAP',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',11,'D',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',12,'D',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',13,'E',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',14,'E',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',15,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',16,'F',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',17,'G',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',18,'G',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',19,'H',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',20,'H',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',21,'stock leeds/TIN',NULL,0,'',0,NULL);
INSERT INTO "orderflow_outbox" VALUES('bolt',22,'D',NULL,0,'',0,NULL);
CREATE TABLE orderflow_policies (
	seller_id VARCHAR(128) NOT NULL, 
	value TEXT, 
	next_page TEXT, 
	back_order_limits TEXT, 
	CONSTRAINT orderflow_policies_pk PRIMARY KEY (seller_id)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_policies" VALUES('bolt','{"type":"AllocationPolicy","version":1,"data":{"queue":"PRIORITY","rationing":"STRICT","share_max":null,"partial_allocation":"AFTER_WAITING","passes_max":3,"wait_max":"P9DT0S","allocation_horizon":null,"fulfilment":"COMPLETE","parcels_max":null,"split_units_min":null,"split_percent_min":null,"split_wait_min":null,"preemption":"NEVER","urgent_from":null,"short_part":"WAIT","give_up_after":null,"give_up":"CANCEL_ORDER","remind_before":null,"split_ids":"{order_id}.{number}"}}','{"type":"NextPage","version":1,"data":{"step":"SERVE","after":null,"passing":[{"warehouse_id":"leeds","sku":"TIN","until":"D","after":null}],"became_short":[],"runs_due":false}}',NULL);
CREATE TABLE orderflow_preferences (
	seller_id VARCHAR(128) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT orderflow_preferences_pk PRIMARY KEY (seller_id)
)
 WITHOUT ROWID

;
CREATE TABLE orderflow_queue (
	seller_id VARCHAR(128) NOT NULL, 
	warehouse_id VARCHAR(128) NOT NULL, 
	sku VARCHAR(128) NOT NULL, 
	order_id VARCHAR(128) NOT NULL, 
	turn SMALLINT NOT NULL, 
	placed_at VARCHAR(32) NOT NULL, 
	rank BIGINT NOT NULL, 
	has_no_promise SMALLINT NOT NULL, 
	due_by VARCHAR(32) NOT NULL, 
	least BIGINT NOT NULL, 
	is_blocked BOOLEAN NOT NULL, 
	CONSTRAINT orderflow_queue_pk PRIMARY KEY (seller_id, warehouse_id, sku, turn, placed_at, order_id), 
	CONSTRAINT orderflow_queue_least CHECK (least >= 0), 
	CONSTRAINT orderflow_queue_turn CHECK (turn IN (0, 1)), 
	CONSTRAINT orderflow_queue_has_no_promise CHECK (has_no_promise IN (0, 1))
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_queue" VALUES('acme','leeds','PAN','H-1',0,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',0,1);
INSERT INTO "orderflow_queue" VALUES('acme','leeds','PAN','H',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',0,1);
INSERT INTO "orderflow_queue" VALUES('acme','leeds','PAN','I',1,'2025-03-03 12:00:00.000000',0,0,'2025-03-09 18:00:00.000000',0,1);
INSERT INTO "orderflow_queue" VALUES('acme','leeds','TEA','M.1',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',0,1);
INSERT INTO "orderflow_queue" VALUES('acme','leeds','TEA','N',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',0,1);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','CAP','A',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',0,0);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','CAP','B',1,'2025-03-03 12:00:00.000000',-5,1,'2025-03-03 12:00:00.000000',0,0);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','CAP','C',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',0,0);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','NUT','A',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',3,1);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','NUT','B',1,'2025-03-03 12:00:00.000000',-5,1,'2025-03-03 12:00:00.000000',3,1);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','NUT','C',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',3,1);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','TIN','E',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',1,1);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','TIN','F',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',1,1);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','TIN','G',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',1,1);
INSERT INTO "orderflow_queue" VALUES('bolt','leeds','TIN','H',1,'2025-03-03 12:00:00.000000',0,1,'2025-03-03 12:00:00.000000',1,1);
CREATE TABLE orderflow_revision (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT orderflow_revision_pkc PRIMARY KEY (version_num)
);
INSERT INTO "orderflow_revision" VALUES('0001');
CREATE TABLE orderflow_stock (
	seller_id VARCHAR(128) NOT NULL, 
	warehouse_id VARCHAR(128) NOT NULL, 
	sku VARCHAR(128) NOT NULL, 
	on_hand BIGINT NOT NULL, 
	allocated BIGINT NOT NULL, 
	is_known BOOLEAN DEFAULT 1 NOT NULL, 
	is_unserved BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT orderflow_stock_pk PRIMARY KEY (seller_id, warehouse_id, sku), 
	CONSTRAINT orderflow_stock_allocated CHECK (0 <= allocated AND allocated <= on_hand), 
	CONSTRAINT orderflow_stock_on_hand CHECK (on_hand <= 1000000000000), 
	CONSTRAINT orderflow_stock_known CHECK (is_known OR on_hand = 0)
)
 WITHOUT ROWID

;
INSERT INTO "orderflow_stock" VALUES('acme','leeds','MUG',10,6,1,0);
INSERT INTO "orderflow_stock" VALUES('acme','leeds','PAN',2,2,1,0);
INSERT INTO "orderflow_stock" VALUES('acme','leeds','TEA',0,0,1,0);
INSERT INTO "orderflow_stock" VALUES('acme','york','TEA',3,3,1,0);
INSERT INTO "orderflow_stock" VALUES('bolt','leeds','CAP',1,0,1,0);
INSERT INTO "orderflow_stock" VALUES('bolt','leeds','NUT',2,0,1,0);
INSERT INTO "orderflow_stock" VALUES('bolt','leeds','TIN',4,1,1,1);
CREATE INDEX orderflow_stock_unserved ON orderflow_stock (seller_id, warehouse_id, sku, is_unserved) WHERE is_unserved;
CREATE INDEX orderflow_orders_placed ON orderflow_orders (seller_id, placed_at, order_id);
CREATE INDEX orderflow_orders_status ON orderflow_orders (seller_id, status, placed_at, order_id);
CREATE INDEX orderflow_orders_parts ON orderflow_orders (seller_id, split_from, order_id) WHERE split_from IS NOT NULL;
CREATE INDEX orderflow_orders_replaces ON orderflow_orders (seller_id, replaces, order_id) WHERE replaces IS NOT NULL;
CREATE INDEX orderflow_orders_held ON orderflow_orders (seller_id, held_until, order_id) WHERE held_until IS NOT NULL;
CREATE INDEX orderflow_orders_postponed ON orderflow_orders (seller_id, not_before, order_id) WHERE status = 'POSTPONED';
CREATE INDEX orderflow_orders_waits ON orderflow_orders (seller_id, allows_partial, waits_since, order_id) WHERE status = 'ON_BACK_ORDER';
CREATE INDEX orderflow_orders_gives_up ON orderflow_orders (seller_id, gives_up_at, order_id) WHERE gives_up_at IS NOT NULL;
CREATE INDEX orderflow_order_lines_sku ON orderflow_order_lines (seller_id, sku, order_id);
CREATE INDEX orderflow_order_lines_with_units ON orderflow_order_lines (seller_id, warehouse_id, sku, order_id, allocated) WHERE allocated > 0;
CREATE INDEX orderflow_queue_priority ON orderflow_queue (seller_id, warehouse_id, sku, turn, rank, placed_at, order_id);
CREATE INDEX orderflow_queue_promise ON orderflow_queue (seller_id, warehouse_id, sku, turn, has_no_promise, due_by, placed_at, order_id);
CREATE INDEX orderflow_expected_receipts_product ON orderflow_expected_receipts (seller_id, warehouse_id, sku, expected_at, receipt_id);
CREATE INDEX orderflow_events_order ON orderflow_events (seller_id, order_id, number) WHERE order_id IS NOT NULL;
CREATE INDEX orderflow_events_at ON orderflow_events (seller_id, at, number);
CREATE INDEX orderflow_outbox_subject ON orderflow_outbox (seller_id, subject, number);
CREATE INDEX orderflow_outbox_due ON orderflow_outbox (seller_id, due_at, number, subject);
CREATE INDEX orderflow_inbox_received ON orderflow_inbox (seller_id, received_at);
COMMIT;
