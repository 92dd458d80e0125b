"""Features in Python as people write it: Pillow, NumPy, ONNX Runtime, two processes of one thread each. Prints pictures per second and processor milliseconds per picture."""

import json
import multiprocessing
import sys
import time

import numpy as np
import onnxruntime as ort
from PIL import Image


def work(paths, model, ready, go, seconds):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(path):
        image = Image.open(path).convert("RGB").resize((224, 224), Image.BILINEAR)
        pixels = np.asarray(image, dtype=np.float32) / 127.5 - 1
        tensor = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])
        return session.run(["features"], {"input": tensor})

    for path in paths[:5]:
        run(path)
    ready.release()
    go.wait()
    before = time.process_time()
    for path in paths:
        run(path)
    seconds.put(time.process_time() - before)


def main():
    list_path, model, processes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(list_path, encoding="utf-8") as file:
        paths = [line for line in file.read().split("\n") if line]
    ready, go, seconds = multiprocessing.Semaphore(0), multiprocessing.Event(), multiprocessing.Queue()
    workers = [
        multiprocessing.Process(target=work, args=(paths[part::processes], model, ready, go, seconds))
        for part in range(processes)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    started_at = time.perf_counter()
    go.set()
    used = sum(seconds.get() for _ in workers)
    elapsed = time.perf_counter() - started_at
    for worker in workers:
        worker.join()
    print(json.dumps({"rate": len(paths) / elapsed, "cpuMs": used * 1000 / len(paths)}))


if __name__ == "__main__":
    main()
