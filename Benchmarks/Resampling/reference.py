"""What the original calls to resample a case (nnU-Net 1.7.1 by way of scikit-image), timed: pip install numpy scipy scikit-image."""
import statistics
import time

import numpy as np
from skimage.transform import resize

data = np.random.default_rng(0).standard_normal((144, 144, 144))
labels = (np.arange(144 ** 3) // 5000 % 7).reshape(144, 144, 144).astype(float)
for name, image, order in (("cubic", data, 3), ("linear", data, 1), ("nearest label", labels, 0)):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        resize(image, (180, 180, 180), order, mode="edge", clip=True, anti_aliasing=False)
        times.append(time.perf_counter() - start)
    print(f"144³ → 180³, {name}: {statistics.median(times) * 1000:.0f} ms")
