"""The handler that plumbline talks to on a Beam endpoint. Its contract: handler.yaml, beside this file.

Deploy with `beam deploy handler.py:handler`, having stored a key of your own as the secret
PLUMBLINE_HANDLER_KEY and named the same key in the target file (`handler: { key: ... }`).
"""
import hashlib
import hmac
import json
import os

OPERATIONS = ("transform", "stream", "fail")


def answer(key, text):
    """What the handler makes of one input: an object, or a generator of objects; else ValueError."""
    try:
        event = json.loads(text) if isinstance(text, str) else None
    except RecursionError:  # a RuntimeError, which the endpoint would take for a lost connection
        raise ValueError("nested too deeply") from None
    if not isinstance(event, dict) or event.get("op") not in OPERATIONS:
        raise ValueError("not an input of this handler")
    nonce, operation, n = event.get("nonce"), event["op"], event.get("n")
    if not isinstance(nonce, str) or not 1 <= len(nonce.encode()) <= 256:
        raise ValueError("nonce: a string of 1 to 256 bytes")
    if operation == "fail":
        raise ValueError("failed, as it was asked to")
    reply = {"nonce": nonce, "proof": hmac.new(key.encode(), nonce.encode(), hashlib.sha256).hexdigest()}
    if operation == "transform":
        return reply
    if type(n) not in (int, float) or n != int(n) or not 1 <= n <= 1000:
        raise ValueError("n: an integer from 1 to 1000")
    return ({**reply, "index": index, "of": int(n)} for index in range(int(n)))


try:
    from beam import realtime
except ImportError:  # run by itself, as the test of its vectors does
    realtime = None

if realtime:

    @realtime(name="plumbline", secrets=["PLUMBLINE_HANDLER_KEY"], concurrent_requests=100)
    def handler(event):
        return answer(os.environ["PLUMBLINE_HANDLER_KEY"], event)
