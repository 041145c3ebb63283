"""What MLflow's S3 artifact repository does, one function for each test; run by the server's Python."""

import json
import sys
import tempfile
from pathlib import Path

import requests
from mlflow.entities.multipart_upload import MultipartUploadPart
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.s3_artifact_repo import S3ArtifactRepository

PART = 5 * 1024 * 1024  # the smallest that S3 takes for all but the last


def put(url, body, headers):
    """The ETag of what was put there, by the library that MLflow's client uses."""
    answer = requests.put(url, data=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.headers["ETag"]


def listed(repository, path=None):
    return sorted((entry.path, entry.is_dir, entry.file_size) for entry in repository.list_artifacts(path))


def file_and_directory(repository, folder):
    (folder / "model" / "deep").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "model" / "MLmodel").write_text("flavors")
    (folder / "model" / "deep" / "größe 1.bin").write_bytes(b"\x00\x01" * 1000)
    repository.log_artifact(str(folder / "one.txt"), "notes")
    repository.log_artifacts(str(folder / "model"), "model")
    back = Path(repository.download_artifacts("model", str(folder)))
    return {
        "root": listed(repository),
        "model": listed(repository, "model"),
        "notes": listed(repository, "notes"),
        "one": Path(repository.download_artifacts("notes/one.txt")).read_text(),
        "deep": (back / "deep" / "größe 1.bin").read_bytes() == b"\x00\x01" * 1000,
    }


def deletion(repository, folder):
    for name in ("kept", "gone"):
        (folder / name).write_text(name)
        repository.log_artifact(str(folder / name), name)
    repository.delete_artifacts("gone")
    return listed(repository)


def many(repository, folder):
    (folder / "all").mkdir()
    for number in range(25):
        (folder / "all" / f"{number:04}").write_text(str(number))
    repository.log_artifacts(str(folder / "all"), "all")
    found = listed(repository, "all")
    repository.delete_artifacts("all")
    return [len(found), found[-1], listed(repository)]


def missing(repository, folder):
    try:
        repository.get_download_presigned_url("nothing/here")
    except MlflowException as error:
        return error.error_code
    return None


def multipart(repository, folder):
    content = bytes(range(256)) * (PART // 256) + b"the end"
    local = folder / "large.bin"
    local.write_bytes(content)
    upload = repository.create_multipart_upload(str(local), num_parts=2, artifact_path="large")
    parts = []
    for credential in upload.credentials:
        start = (credential.part_number - 1) * PART
        etag = put(credential.url, content[start : start + PART], credential.headers or {})
        parts.append(MultipartUploadPart(part_number=credential.part_number, etag=etag, url=credential.url))
    before = listed(repository)
    repository.complete_multipart_upload(str(local), upload.upload_id, parts, artifact_path="large")
    same = Path(repository.download_artifacts("large/large.bin", str(folder))).read_bytes() == content
    return {"before": before, "after": listed(repository, "large"), "same": same}


def large_file_by_boto3(repository, folder):
    # Above boto3's own threshold of 8 MiB, where `log_artifact` uploads by parts.
    content = b"0123456789abcdef" * (9 * 1024 * 1024 // 16)
    (folder / "nine.bin").write_bytes(content)
    repository.log_artifact(str(folder / "nine.bin"))
    return Path(repository.download_artifacts("nine.bin", str(folder / "back"))).read_bytes() == content


def aborted(repository, folder):
    local = folder / "given-up.bin"
    local.write_bytes(b"1")
    upload = repository.create_multipart_upload(str(local), num_parts=1)
    put(upload.credentials[0].url, b"1", {})
    repository.abort_multipart_upload(str(local), upload.upload_id)
    return listed(repository)


def presigned(repository, folder):
    upload = repository.create_presigned_upload_url("signed/größe 1.json")
    put(upload.presigned_url, b'{"a": 1}', upload.headers)
    download = repository.get_download_presigned_url("signed/größe 1.json")
    answer = requests.get(download.url, timeout=60)
    answer.raise_for_status()
    return {
        "body": answer.text,
        "attachment": answer.headers["Content-Disposition"].startswith("attachment"),
        "type": answer.headers["Content-Type"],
        "size": download.file_size,
        "url": upload.presigned_url,
    }


if __name__ == "__main__":
    name, uri = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary)
        (made / "back").mkdir()
        result = globals()[name](S3ArtifactRepository(uri), made)
    print(json.dumps(result))
