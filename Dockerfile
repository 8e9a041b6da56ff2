# Two stages: the first builds and packs the program, the second holds the packed program alone.
#
#   docker build -t nndetection:0.1 .
#   docker build -t nndetection:0.1-cuda --build-arg variant=cuda .
#   docker run -v ${det_data}:/opt/data -v ${det_models}:/opt/models -it nndetection:0.1            (CPU)
#   docker run --gpus all -v ${det_data}:/opt/data -v ${det_models}:/opt/models -it nndetection:0.1-cuda
#
# Batches are made by threads, not by processes, so that no --shm-size is needed. Projects build upon the image: FROM nndetection:0.1
FROM swift:6.3.1-bookworm AS build

ARG variant=cpu
SHELL ["/bin/bash", "-o", "pipefail", "-c"]

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates fonts-dejavu-core libcairo2-dev libdeflate-dev libgdcm-dev make patchelf pkg-config python3 python3-pip xz-utils zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /src
# libtorch first: it changes less often than the sources.
COPY scripts/bootstrap.sh scripts/libtorch.txt scripts/libtorch-cuda.txt scripts/
RUN if [ "$variant" = cuda ]; then scripts/bootstrap.sh --cuda; else scripts/bootstrap.sh; fi
COPY . .
RUN ln -sfn "$HOME/.cache/nndetection/libtorch-2.11.0" .libtorch \
    && swift build -c release --product nndet && swift build -c release --product CTorch && swift build -c release --product CGDCM
RUN if [ "$variant" = cuda ]; then scripts/dist.sh --cuda --folder /opt/nndetection; else scripts/dist.sh --folder /opt/nndetection; fi

FROM debian:bookworm-slim

ARG env_det_num_threads=6
ARG env_det_verbose=1
LABEL org.opencontainers.image.title="nnDetection" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/nndetection /opt/nndetection
RUN useradd --create-home --uid 1000 --shell /bin/bash nndet \
    && mkdir -p /opt/data /opt/models \
    && chown nndet:nndet /opt/data /opt/models

ENV PATH=/opt/nndetection/bin:$PATH \
    det_data=/opt/data \
    det_models=/opt/models \
    det_num_threads=${env_det_num_threads} \
    det_verbose=${env_det_verbose} \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility

USER nndet
WORKDIR /home/nndet
CMD ["/bin/bash"]
