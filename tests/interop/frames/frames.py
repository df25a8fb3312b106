#!/usr/bin/env python3
"""Confluent's client for Python as the other side: messages with the id of their schema in the header or before the payload.

  frames.py send --topic T --schema FILE --location header|payload    write the JSON texts on standard input, one in each line
  frames.py read --topic T --schema FILE --expect N                   read N messages from the beginning, each validated

The registry is the one that --registry names, by the ids of which messages are written and read; without, it is the client's own
mock, which knows the schema by the GUID that documents/tests/guid.py computes. Exit codes: 0 all is as it should be, 1 not so.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time
import uuid

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import (
    Schema,
    SchemaRegistryClient,
    header_schema_id_serializer,
    prefix_schema_id_serializer,
)
from confluent_kafka.schema_registry.common.schema_registry_client import RegisteredSchema
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

GUID = pathlib.Path(__file__).parents[3] / "documents/tests/guid.py"
SERIALIZERS = {"header": header_schema_id_serializer, "payload": prefix_schema_id_serializer}


def registry(topic, text, url):
    """A registry that knows the schema, and the schema's GUID."""
    if url:
        return SchemaRegistryClient({"url": url}), None
    output = subprocess.run([sys.executable, GUID], input=json.dumps([text]), capture_output=True, text=True, check=True)
    guid = json.loads(output.stdout)[0]
    client = SchemaRegistryClient.new_client({"url": "mock://"})
    schema = Schema(text, schema_type="JSON")
    known = RegisteredSchema(schema_id=1, guid=guid, schema=schema, subject=f"{topic}-value", version=1)
    client._store.set(known)
    return client, guid


def send(servers, topic, text, location, url):
    client, _ = registry(topic, text, url)
    conf = {"schema.id.serializer": SERIALIZERS[location]}
    if url:  # `registry apply` has registered it
        conf |= {"auto.register.schemas": False, "use.latest.version": True}
    serialize = JSONSerializer(text, client, conf=conf)
    producer, failed = Producer({"bootstrap.servers": servers}), []
    for line in sys.stdin:
        headers = []
        value = serialize(json.loads(line), SerializationContext(topic, MessageField.VALUE, headers))
        report = lambda error, _: error and failed.append(error)
        producer.produce(topic, value=value, headers=headers, on_delivery=report)
    if producer.flush(60) or failed:
        sys.exit(f"not delivered: {failed}")


def read(servers, topic, text, expected, url):
    client, guid = registry(topic, text, url)
    deserialize = JSONDeserializer(None, schema_registry_client=client)
    group = {"group.id": f"interop-{uuid.uuid4()}", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer({"bootstrap.servers": servers, **group})
    consumer.subscribe([topic])
    deadline, count = time.monotonic() + 60, 0
    while count < expected:
        if time.monotonic() > deadline:
            sys.exit(f"{count} of {expected} messages in time")
        message = consumer.poll(0.5)
        if message is None or message.error():
            continue
        headers = dict(message.headers() or [])
        if guid and headers.get("__value_schema_id") != b"\x01" + uuid.UUID(guid).bytes:
            sys.exit(f"offset {message.offset()} has the headers {headers}, and the schema is {guid}")
        value = deserialize(message.value(), SerializationContext(topic, MessageField.VALUE, message.headers()))
        if value != json.loads(message.value()[0 if guid else 5 :]):
            sys.exit(f"offset {message.offset()} was read as {value}")
        count += 1
    consumer.close()
    print(f"{count} messages of the schema {guid or 'of their numbers'} on {topic}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["send", "read"])
    parser.add_argument("--servers", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--schema", required=True, type=pathlib.Path)
    parser.add_argument("--location", choices=sorted(SERIALIZERS), default="header")
    parser.add_argument("--registry", metavar="URL")
    parser.add_argument("--expect", type=int, default=1)
    options = parser.parse_args()
    text = options.schema.read_text()
    if options.command == "send":
        send(options.servers, options.topic, text, options.location, options.registry)
    else:
        read(options.servers, options.topic, text, options.expect, options.registry)


if __name__ == "__main__":
    main()
