# docker build -t fakestormer .
# docker run --rm --network none --read-only --tmpfs /tmp --user "$(id -u):$(id -g)" -v "$PWD:/videos" fakestormer \
#     detect interview.mp4 --html report.html
FROM python:3.12-slim-bookworm AS build
# The version comes from the tag.
RUN apt-get update \
    && apt-get install -y --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
COPY . /source
RUN python -m venv /opt/fakestormer \
    && /opt/fakestormer/bin/pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu \
        -c /source/constraints.txt torch \
    && /opt/fakestormer/bin/pip install --no-cache-dir -c /source/constraints.txt '/source[report,c2pa,serve]'

FROM python:3.12-slim-bookworm
COPY --from=build /opt/fakestormer /opt/fakestormer
ENV PATH=/opt/fakestormer/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp
USER 10001:10001
WORKDIR /videos
ENTRYPOINT ["fakestormer"]
CMD ["--help"]
