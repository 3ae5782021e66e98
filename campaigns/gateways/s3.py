"""Storage in an S3 bucket, below a prefix. Joins of large stored parts happen inside S3, by UploadPartCopy."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.core.ports import StoredObject
from campaigns.gateways.keys import missing, unavailable, valid_key
from campaigns.gateways.s3_join import Copy, plan_join

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_ABSENT = {"404", "NoSuchKey", "NotFound"}


@contextmanager
def _errors(key: str) -> Iterator[None]:
    """Turn boto's errors into ours: absent → storage.missing, anything else → storage.unavailable."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _ABSENT:
            raise missing(key) from error
        raise unavailable(code) from error
    except BotoCoreError as error:
        raise unavailable(type(error).__name__) from error


class S3Storage:
    """Objects of one bucket and prefix. The client is thread-safe."""

    def __init__(self, client: S3Client, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + valid_key(key)}

    def put(self, key: str, data: bytes, media_type: str) -> StoredObject:
        """Store the object whole."""
        with _errors(key):
            self._client.put_object(**cast(Any, self._at(key)), Body=data, ContentType=media_type)
        return StoredObject(key, len(data), media_type)

    def put_joined(self, key: str, parts: Sequence[str | bytes], media_type: str) -> StoredObject:
        """Store the parts one after another; what S3 can copy itself does not pass through here."""
        sized: list[bytes | tuple[str, int]] = []
        for part in parts:
            if isinstance(part, bytes):
                sized.append(part)
            else:
                found = self.stat(part)
                if found is None:
                    raise missing(part)
                sized.append((part, found.size))
        pieces = plan_join(sized)
        if not any(isinstance(piece, Copy) for group in pieces for piece in group) or len(pieces) == 1:
            data = b"".join(self._read(piece) for group in pieces for piece in group)
            return self.put(key, data, media_type)
        with _errors(key):
            at = cast(Any, self._at(key))
            upload = self._client.create_multipart_upload(**at, ContentType=media_type)["UploadId"]
            try:
                done = [self._send_part(at, upload, number, group) for number, group in enumerate(pieces, start=1)]
                self._client.complete_multipart_upload(**at, UploadId=upload, MultipartUpload={"Parts": done})
            except (BotoCoreError, ClientError, DomainError):
                with suppress(BotoCoreError, ClientError):
                    self._client.abort_multipart_upload(**at, UploadId=upload)
                raise
        size = sum(len(part) if isinstance(part, bytes) else part[1] for part in sized)
        return StoredObject(key, size, media_type)

    def _send_part(self, at: Any, upload: str, number: int, group: list[bytes | Copy]) -> CompletedPartTypeDef:
        if len(group) == 1 and isinstance(group[0], Copy):
            piece = group[0]
            copied = self._client.upload_part_copy(
                **at,
                UploadId=upload,
                PartNumber=number,
                CopySource=cast(Any, self._at(piece.key)),
                CopySourceRange=f"bytes={piece.first}-{piece.last}",
            )
            return {"PartNumber": number, "ETag": copied["CopyPartResult"].get("ETag", "")}
        data = b"".join(self._read(piece) for piece in group)
        sent = self._client.upload_part(**at, UploadId=upload, PartNumber=number, Body=data)
        return {"PartNumber": number, "ETag": sent["ETag"]}

    def _read(self, piece: bytes | Copy) -> bytes:
        if isinstance(piece, bytes):
            return piece
        with _errors(piece.key):
            span = f"bytes={piece.first}-{piece.last}"
            return self._client.get_object(**cast(Any, self._at(piece.key)), Range=span)["Body"].read()

    def get(self, key: str) -> bytes:
        """The whole object."""
        with _errors(key):
            return self._client.get_object(**cast(Any, self._at(key)))["Body"].read()

    def open(self, key: str) -> BinaryIO:
        """The object as a stream, read forward once; the caller closes it."""
        with _errors(key):
            body = self._client.get_object(**cast(Any, self._at(key)))["Body"]
        return io.BufferedReader(cast(Any, body), 1 << 16)

    def stat(self, key: str) -> StoredObject | None:
        """What is known of the object; None if it is absent."""
        at = cast(Any, self._at(key))
        try:
            with _errors(key):
                head = self._client.head_object(**at)
        except DomainError as error:
            if error.code == "storage.missing":
                return None
            raise
        return StoredObject(key, head["ContentLength"], head["ContentType"])

    def delete(self, key: str) -> None:
        """Remove the object; absent is fine."""
        with _errors(key):
            self._client.delete_object(**cast(Any, self._at(key)))

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that begins with the prefix, in order; the prefix need not end at a slash."""
        with _errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for row in page.get("Contents", []):
                    yield row["Key"].removeprefix(self._prefix)

    def aged(self, prefix: str, before: datetime) -> Iterator[str]:
        """Keys of objects last written before the instant."""
        with _errors(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for row in page.get("Contents", []):
                    if row["LastModified"] < before:
                        yield row["Key"].removeprefix(self._prefix)

    def tidy(self, before: datetime) -> int:
        """Abort uploads in parts that were never completed; S3 keeps and charges for their parts."""
        removed = 0
        with _errors(self._prefix):
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            for page in pages:
                for row in page.get("Uploads", []):
                    if row["Initiated"] < before:
                        self._client.abort_multipart_upload(
                            Bucket=self._bucket, Key=row["Key"], UploadId=row["UploadId"]
                        )
                        removed += 1
        return removed

    def check(self) -> None:
        """Write, read and remove a probe."""
        probe = f"check/{new_id().hex}"
        self.put(probe, b"probe", "text/plain")
        try:
            if self.get(probe) != b"probe":
                raise unavailable("a file came back different")
        finally:
            self.delete(probe)


def open_s3(url: str) -> S3Storage:
    """The storage of `s3://[key:secret@]bucket/prefix?endpoint_url=…&region=…`.

    Without a key in the URL the usual AWS places are asked (environment, profile, instance role).
    """
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    endpoint = query.get("endpoint_url")
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=query.get("region") or ("us-east-1" if endpoint else None),
        aws_access_key_id=unquote(parts.username) if parts.username else None,
        aws_secret_access_key=unquote(parts.password) if parts.password else None,
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=16,
            s3={"addressing_style": "path" if endpoint else "auto"},
        ),
    )
    return S3Storage(client, parts.hostname or "", parts.path)
