"""Ingest as people write it with Pillow: SHA-256, copy, 256 px JPEG thumbnail, 64-bit DCT hash, a SQLite row; several processes."""
import argparse
import hashlib
import json
import multiprocessing
import os
import sqlite3
import sys
import tempfile
import time

import numpy
import PIL
from io import BytesIO
from PIL import Image, ImageOps

SIDE, KEPT, ROWS_PER_COMMIT = 32, 8, 64
COSINES = numpy.cos((2 * numpy.arange(SIDE) + 1)[None, :] * numpy.arange(KEPT)[:, None] * numpy.pi / (2 * SIDE))


def perceptual_hash(image):
    luma = numpy.asarray(image.convert("L").resize((SIDE, SIDE)), dtype=numpy.float64)
    frequencies = (COSINES @ luma @ COSINES.T).ravel()
    bits = frequencies > numpy.median(frequencies[1:])
    return numpy.packbits(bits).tobytes().hex()


def write(path, content, durable):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.rename(temporary, path)
    if durable:
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def ingest(path, folder, durable):
    with open(path, "rb") as file:
        content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    with Image.open(BytesIO(content)) as opened:
        picture_format, size = opened.format, opened.size
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((256, 256))
    thumbnail = BytesIO()
    image.save(thumbnail, "JPEG", quality=80)
    write(f"{folder}/sources/{digest[:2]}/{digest}", content, durable)
    write(f"{folder}/thumbs/{digest[:2]}/{digest}.jpg", thumbnail.getvalue(), durable)
    return digest, path, picture_format, *size, len(content), perceptual_hash(image)


def work(paths, folder, durable, barrier, cpu_seconds):
    database = sqlite3.connect(f"{folder}/catalog.sqlite", timeout=30, isolation_level=None)
    database.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
    rows = []

    def commit():
        database.execute("begin immediate")
        database.executemany("insert or ignore into samples values (?, ?, ?, ?, ?, ?, ?)", rows)
        database.execute("commit")
        rows.clear()

    barrier.wait()
    started = time.process_time()
    for path in paths:
        rows.append(ingest(path, folder, durable))
        if len(rows) >= ROWS_PER_COMMIT:
            commit()
    commit()
    database.close()
    with cpu_seconds.get_lock():
        cpu_seconds.value += time.process_time() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--fsync", action="store_true")
    parser.add_argument("--folder", required=True, help="where a folder with the outputs is made, and left")
    options = parser.parse_args()
    paths = sys.stdin.read().splitlines()

    folder = tempfile.mkdtemp(dir=options.folder)
    database = sqlite3.connect(f"{folder}/catalog.sqlite")
    database.execute("pragma journal_mode = wal")
    database.execute(
        "create table samples (hash text primary key, path text, format text, width int, height int, size int, phash text)"
    )
    database.close()
    cpu_seconds = multiprocessing.Value("d", 0)
    barrier = multiprocessing.Barrier(options.processes + 1)
    workers = [
        multiprocessing.Process(target=work, args=(paths[index :: options.processes], folder, options.fsync, barrier, cpu_seconds))
        for index in range(options.processes)
    ]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    if any(worker.exitcode != 0 for worker in workers):
        raise SystemExit("a worker failed")
    print(json.dumps({"seconds": seconds, "cpuMs": cpu_seconds.value * 1000, "fsync": options.fsync, "pillow": PIL.__version__}))


main()
