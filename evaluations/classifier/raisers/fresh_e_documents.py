"""pymongo and Motor. There is no MongoDB at hand: a small server that speaks its protocol says what one would say."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import bson
import motor.motor_asyncio
import pymongo
import pymongo.errors
from bson.objectid import ObjectId

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, tls_port

HELLO = {
    "ok": 1.0,
    "isWritablePrimary": True,
    "maxBsonObjectSize": 16_777_216,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "helloOk": True,
}


@contextlib.contextmanager
def mongo(answer: dict[str, Any] | None, delay: float = 0) -> Iterator[int]:
    """A MongoDB that answers every command but the greeting in this way; with nothing it hangs up."""

    def read(connection: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            got = connection.recv(size - len(data))
            if not got:
                raise ConnectionResetError
            data += got
        return data

    def talk(connection: socket.socket) -> None:
        connection.settimeout(3)
        with contextlib.suppress(OSError):
            while True:
                size, number, _, code = struct.unpack("<iiii", read(connection, 16))
                body = read(connection, size - 16)
                if code == 2004:
                    command = bson.decode(body[body.index(b"\0", 4) + 9 :])
                else:
                    command = bson.decode(body[5 : 5 + struct.unpack("<i", body[5:9])[0]])
                first = next(iter(command)).lower()
                said = HELLO if first in {"hello", "ismaster"} else answer
                if first in {"endsessions", "ping"}:
                    said = {"ok": 1.0}
                elif said is answer:
                    time.sleep(delay)
                if said is None:
                    return
                document = bson.encode(said)
                content = (
                    struct.pack("<iqii", 8, 0, 0, 1) + document
                    if code == 2004
                    else struct.pack("<I", 0) + b"\0" + document
                )
                head = struct.pack("<iiii", len(content) + 16, 1, number, 1 if code == 2004 else 2013)
                connection.sendall(head + content)

    with listening(talk) as port:
        yield port


@contextlib.contextmanager
def orders(answer: dict[str, Any] | None, **more: Any) -> Iterator[Any]:
    with mongo(answer, more.pop("delay", 0)) as port:
        options = {"serverSelectionTimeoutMS": 1500, "retryReads": False, "retryWrites": False, **more}
        with pymongo.MongoClient(HOST, port, **options) as client:
            yield client.shop.orders


def refused(code: int, name: str, text: str, **more: Any) -> dict[str, Any]:
    return {"ok": 0.0, "code": code, "codeName": name, "errmsg": text, **more}


TAKEN = {
    "index": 0,
    "code": 11000,
    "errmsg": 'E11000 duplicate key error collection: shop.orders index: number_1 dup key: { number: "A-7" }',
    "keyPattern": {"number": 1},
    "keyValue": {"number": "A-7"},
}


@fresh("pymongo", e.DUPLICATE)
def number_taken() -> None:
    with orders({"ok": 1.0, "n": 0, "writeErrors": [TAKEN]}) as collection:
        collection.insert_one({"number": "A-7"})


@fresh("pymongo", e.DUPLICATE)
def bulk_with_a_duplicate() -> None:
    with orders({"ok": 1.0, "n": 1, "writeErrors": [TAKEN]}) as collection:
        collection.bulk_write([pymongo.InsertOne({"number": "A-7"}), pymongo.InsertOne({"number": "A-7"})])


@fresh("pymongo", e.CONSTRAINT)
def document_failed_validation() -> None:
    problem = {"index": 0, "code": 121, "errmsg": "Document failed validation"}
    with orders({"ok": 1.0, "n": 0, "writeErrors": [problem]}) as collection:
        collection.insert_one({"number": 7})


@fresh("pymongo", e.CONTENTION)
def write_conflict() -> None:
    said = refused(112, "WriteConflict", "WriteConflict error", errorLabels=["TransientTransactionError"])
    with orders(said) as collection:
        collection.update_one({"_id": 1}, {"$inc": {"pieces": -1}})


@fresh("pymongo", e.SLOW)
def max_time_expired() -> None:
    with orders(refused(50, "MaxTimeMSExpired", "operation exceeded time limit")) as collection:
        list(collection.find({"customer": 7}).max_time_ms(10))


@fresh("pymongo", e.REFUSED_US)
def not_authorized() -> None:
    said = refused(13, "Unauthorized", "not authorized on shop to execute command { find: 'orders' }")
    with orders(said) as collection:
        collection.find_one({"_id": 1})


@fresh("pymongo", e.REFUSED_US)
def authentication_failed() -> None:
    said = refused(18, "AuthenticationFailed", "Authentication failed.")
    with orders(said, username="shop", password="none", authMechanism="SCRAM-SHA-256") as collection:
        collection.find_one({"_id": 1})


@fresh("pymongo", e.NOT_NOW, note="a failover: the primary stepped down")
def not_primary() -> None:
    with orders(refused(10107, "NotWritablePrimary", "not primary")) as collection:
        collection.insert_one({"number": "A-8"})


@fresh("pymongo", e.FULL)
def disk_full() -> None:
    with orders(refused(14031, "OutOfDiskSpace", "No space left on device")) as collection:
        collection.insert_one({"number": "A-9"})


@fresh("pymongo", e.BUG, note="our query; the store answered with a refusal")
def operator_unknown() -> None:
    with orders(refused(2, "BadValue", "unknown operator: $larger")) as collection:
        collection.find_one({"total": {"$larger": 5}})


@fresh("pymongo", e.LOST)
def nobody_listens() -> None:
    with pymongo.MongoClient(HOST, closed_port(), serverSelectionTimeoutMS=100) as client:
        client.shop.orders.find_one()


@fresh("pymongo", e.LOST)
def hung_up_in_use() -> None:
    with orders(None) as collection:
        collection.find_one({"_id": 1})


@fresh("pymongo", e.UNTRUSTED)
def certificate_not_trusted() -> None:
    with pymongo.MongoClient(HOST, tls_port(), tls=True, serverSelectionTimeoutMS=200) as client:
        client.shop.orders.find_one()


@fresh("pymongo", e.THROTTLED)
def pool_exhausted() -> None:
    with orders({"ok": 1.0, "n": 1}, delay=0.5, maxPoolSize=1, waitQueueTimeoutMS=50) as collection:
        slow = threading.Thread(target=collection.insert_one, args=({"_id": 1},))
        slow.start()
        try:
            time.sleep(0.1)
            collection.insert_one({"_id": 2})
        finally:
            slow.join()


@fresh("pymongo", e.Label("validation", False, (400, 404, 422), "low"), note="an id of the URL that is no id")
def malformed_object_id() -> None:
    ObjectId("not-an-object-id")


@fresh("pymongo", e.BUG)
def document_cannot_be_encoded() -> None:
    with orders({"ok": 1.0, "n": 1}) as collection:
        collection.insert_one({"lines": {1, 2}})


@fresh("pymongo", e.Label("resource", False, (413, 500, 502, 503), "medium"))
def document_too_large() -> None:
    with orders({"ok": 1.0, "n": 1}) as collection:
        collection.insert_one({"scan": b"x" * 17_000_000})


@fresh("pymongo", e.UNREADABLE)
def stored_bson_cut_off() -> None:
    bson.decode(bson.encode({"number": "A-7", "total": 5})[:-4])


@fresh("pymongo", e.SETUP)
def uri_malformed() -> None:
    pymongo.MongoClient("mongo://shop.example.test/shop")


@fresh("pymongo", e.BUG)
def client_closed() -> None:
    client = pymongo.MongoClient(HOST, closed_port(), serverSelectionTimeoutMS=100)
    client.close()
    client.shop.orders.find_one()


@fresh("pymongo", e.BUG)
def update_without_operators() -> None:
    with orders({"ok": 1.0}) as collection:
        collection.update_one({"_id": 1}, {"pieces": 5})


@fresh("pymongo", e.SETUP)
def collection_missing() -> None:
    with orders(refused(26, "NamespaceNotFound", "ns does not exist: shop.invoices")) as collection:
        collection.database.command("collStats", "invoices")


@fresh("pymongo", e.DUPLICATE)
def repository_error_from_duplicate() -> None:
    class RepositoryError(Exception):
        pass

    try:
        number_taken()
    except pymongo.errors.PyMongoError as fault:
        raise RepositoryError("could not save the order") from fault


@fresh("pymongo", e.RULE)
def domain_error_from_duplicate() -> None:
    class UsernameTaken(Exception):
        pass

    try:
        number_taken()
    except pymongo.errors.DuplicateKeyError as fault:
        raise UsernameTaken("this name is taken") from fault


# --- Motor ------------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def async_orders(answer: dict[str, Any] | None) -> Iterator[Any]:
    with mongo(answer) as port:
        client = motor.motor_asyncio.AsyncIOMotorClient(
            HOST, port, serverSelectionTimeoutMS=1500, retryWrites=False, retryReads=False
        )
        try:
            yield client.shop.orders
        finally:
            client.close()


@fresh("motor", e.DUPLICATE)
async def number_taken_in_async() -> None:
    with async_orders({"ok": 1.0, "n": 0, "writeErrors": [TAKEN]}) as collection:
        await collection.insert_one({"number": "A-7"})


@fresh("motor", e.LOST)
async def nobody_listens_in_async() -> None:
    client = motor.motor_asyncio.AsyncIOMotorClient(HOST, closed_port(), serverSelectionTimeoutMS=100)
    try:
        await client.shop.orders.find_one({"_id": 1})
    finally:
        client.close()


@fresh("motor", e.SLOW)
async def too_slow_in_async() -> None:
    with async_orders(refused(50, "MaxTimeMSExpired", "operation exceeded time limit")) as collection:
        await collection.find({"customer": 7}).to_list(length=10)


@fresh("motor", e.BUG)
async def collection_is_not_callable() -> None:
    with async_orders({"ok": 1.0}) as collection:
        await collection.insert({"number": "A-7"})


@fresh("motor", e.LOST)
async def runtime_error_from_hang_up() -> None:
    with async_orders(None) as collection:
        try:
            await collection.find_one({"_id": 1})
        except pymongo.errors.PyMongoError as fault:
            raise RuntimeError("order could not be loaded") from fault
