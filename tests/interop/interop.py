#!/usr/bin/env python3
"""The Python side of the interop test: the original thoth-messaging on the same topics as the Rust runtime.

  interop.py publish [--create]     send a minimal and a full instance of each of the 19 messages
  interop.py publish --print        write them to the standard output instead, as JSON; needs no Kafka
  interop.py accept --expect N      read each of the 19 topics from its beginning up to N messages, and parse each
                                    one with the package's own model

Whatever the package has code for is done by that code: topic names, models, serialization, producer, consumer and
their configuration from KAFKA_* variables. KAFKA_BOOTSTRAP_SERVERS is required. THOTH_DEPLOYMENT_NAME is the prefix of
the topics, as in the package: a new one for each run keeps the runs apart. The topics must exist; --create makes them
(1 partition, 1 replica), for trying this script alone.

Exit codes: 0 all sent, or all accepted; 1 not so; 2 could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import uuid
from collections import Counter
from typing import Any, Dict, List

try:
    from confluent_kafka import KafkaException
    from pydantic import BaseModel, StrictBool, StrictInt, StrictStr, ValidationError
    from pydantic.fields import ModelField
    from thoth.messaging import ALL_MESSAGES, MessageBase
    from thoth.messaging import __version__ as package_version
    from thoth.messaging.admin_client import create_admin_client, create_all_topics
    from thoth.messaging.config import kafka_config_from_env
    from thoth.messaging.consumer import create_consumer, subscribe_to_all
    from thoth.messaging.producer import create_producer, publish_to_topic
except ImportError as error:
    fix = "python3.11 -m pip install --no-deps -r tests/interop/requirements.txt"
    sys.exit(print(f"interop.py: {error}: {fix}", file=sys.stderr) or 2)

# Text that shows a wrong encoding or a missing escape, and JSON of every type.
OBJECT = {"a": 1, "b": {"c": [1, 2.5, "z", None, True]}}
SAMPLES = {
    StrictInt: 42,
    Dict[StrictStr, Any]: OBJECT,
    List[StrictStr]: ["a", "ü-π-漢字"],
    List[Dict[StrictStr, Any]]: [{"k": "v", "n": 1, "x": None}],
}


class Failed(Exception):
    """The test ran and failed: exit code 1."""


class CannotRun(Exception):
    """Something that the test needs is not there: exit code 2."""


# --- the messages ---------------------------------------------------------------------------------------------------


def sample(name: str, field: ModelField) -> Any:
    """A value for this field, and not the one that a reader would fill in by itself."""
    if name == "component_name":
        return "interop"
    if name == "service_version":
        return package_version
    if field.outer_type_ is StrictStr:
        return f'{name}-välue\n"q"'
    if field.outer_type_ is StrictBool:
        return not field.default
    if isinstance(field.outer_type_, type) and issubclass(field.outer_type_, BaseModel):
        return instance(field.outer_type_, "full")
    return SAMPLES[field.outer_type_]


def instance(model: type[BaseModel], kind: str) -> BaseModel:
    fields = {name: field for name, field in model.__fields__.items() if field.required or kind == "full"}
    fields.pop("version", None)  # a message keeps the version of its class
    return model(**{name: sample(name, field) for name, field in fields.items()})


def instances() -> list[tuple[MessageBase, str, BaseModel]]:
    return [(message, kind, instance(message.model, kind)) for message in ALL_MESSAGES for kind in ("minimal", "full")]


# --- the commands ---------------------------------------------------------------------------------------------------


def print_all() -> None:
    rows = [
        {"topic_name": message.base_name, "kind": kind, "payload": contents.json()}
        for message, kind, contents in instances()
    ]
    json.dump(rows, sys.stdout, indent=1)
    print()


def publish(create: bool, seconds: float) -> None:
    require_topics(create, seconds)
    delivered, refused = [], []

    def report(error: object, message: Any) -> None:
        if error is None:
            delivered.append(message)
            print(f"sent {message.topic()}[{message.partition()}]@{message.offset()}, {len(message.value())} bytes")
        else:
            refused.append(f"{message.topic()}: {error}")

    # The package asks for no delivery report, and would not notice a message that never arrived.
    producer = create_producer({**kafka_config_from_env(), "on_delivery": report})
    everything = instances()
    for message, _, contents in everything:
        publish_to_topic(producer, message, contents)
    left = producer.flush(seconds)
    if refused or left:
        raise Failed("\n  ".join([f"not delivered: {len(refused)} refused, {left} without an answer", *refused]))
    print(f"published {len(delivered)} messages of {len(ALL_MESSAGES)} classes with thoth-messaging {package_version}")


def require_topics(create: bool, seconds: float) -> None:
    admin = create_admin_client()
    wanted = {message.topic_name for message in ALL_MESSAGES}
    missing = wanted - set(admin.list_topics(timeout=seconds).topics)
    if missing and create:
        create_all_topics(admin)
        deadline = time.monotonic() + seconds
        while missing and time.monotonic() < deadline:  # the package does not wait for what it asked for
            time.sleep(0.1)
            missing = wanted - set(admin.list_topics(timeout=seconds).topics)
    if missing:
        raise CannotRun(f"these topics do not exist, create them first: {', '.join(sorted(missing))}")


def accept(expected: int, seconds: float) -> None:
    require_topics(False, seconds)
    messages = {message.topic_name: message for message in ALL_MESSAGES}
    group = {"group.id": f"interop-{uuid.uuid4()}", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = create_consumer({**kafka_config_from_env(), **group})
    subscribe_to_all(consumer)
    seen: Counter[str] = Counter()
    refused, ignored, last_error = 0, 0, ""
    deadline = time.monotonic() + seconds
    try:
        while any(seen[topic] < expected for topic in messages):
            if time.monotonic() > deadline:
                missing = [f"{topic}: {seen[topic]} of {expected}" for topic in messages if seen[topic] < expected]
                reason = f"; the last error: {last_error}" if last_error else ""
                raise Failed("\n  ".join([f"{refused} refused; missing after {seconds:g} s{reason}", *missing]))
            record = consumer.poll(0.5)
            if record is None:
                continue
            if record.error():
                last_error = str(record.error())
                continue
            if seen[record.topic()] == expected:
                continue
            seen[record.topic()] += 1
            where = f"{record.topic()}[{record.partition()}]@{record.offset()}"
            try:
                contents = messages[record.topic()].model.parse_raw(record.value() or b"")
            except ValidationError as error:
                refused += 1
                print(f"refused {where}: {error}")
                continue
            unknown = sorted(set(json.loads(record.value())) - set(contents.__fields__))
            ignored += len(unknown)
            print(f"accepted {where}, version {contents.version}" + (f", ignored {unknown}" if unknown else ""))
    finally:
        consumer.close()
    total = sum(seen.values())
    summary = f"{total - refused} of {total} messages on {len(messages)} topics by thoth-messaging {package_version}"
    if refused:
        raise Failed(f"accepted only {summary}; refused {refused}")
    print(f"accepted {summary}; fields that it does not know and ignored: {ignored}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    to_publish = commands.add_parser("publish", help="send every message")
    how = to_publish.add_mutually_exclusive_group()
    how.add_argument("--create", action="store_true", help="create the topics that do not exist")
    how.add_argument("--print", action="store_true", help="write the messages as JSON instead")
    to_accept = commands.add_parser("accept", help="read every topic and parse what is there")
    to_accept.add_argument("--expect", type=int, required=True, metavar="N", help="messages on each topic")
    for command in (to_publish, to_accept):
        command.add_argument("--deadline", type=float, default=60, metavar="SECONDS", help="default: %(default)s")
    options = parser.parse_args()
    if options.command == "accept" and options.expect < 1:
        parser.error("--expect: at least 1, for otherwise nothing is tested")
    try:
        if options.command == "publish" and options.print:
            print_all()
            return 0
        if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            raise CannotRun("KAFKA_BOOTSTRAP_SERVERS is not set (scripts/kafka env prints it)")
        if options.command == "publish":
            publish(options.create, options.deadline)
        else:
            accept(options.expect, options.deadline)
    except Failed as error:
        print(f"interop.py: {error}", file=sys.stderr)
        return 1
    except CannotRun as error:
        print(f"interop.py: {error}", file=sys.stderr)
        return 2
    except KafkaException as error:
        print(f"interop.py: {os.environ['KAFKA_BOOTSTRAP_SERVERS']}: {error.args[0].str()}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
