# syntax=docker/dockerfile:1
# The base is pinned by tag, not by digest: put the digest of your own registry's copy here for builds
# that have to be the same bit for bit.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_LINK_MODE=copy UV_NO_CACHE=1
RUN pip install uv==0.13.9 && python -m venv /opt/leadloop

WORKDIR /src
COPY pyproject.toml requirements.lock ./
# The lock file holds the test tools too. What the daemon needs is worked out from it: same versions,
# same hashes, and the build stops if a single line is not from the lock file.
RUN cp requirements.lock runtime.lock \
    && uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
        --extra postgres --output-file runtime.lock pyproject.toml > /dev/null \
    && ! grep -vxFf requirements.lock runtime.lock \
    && uv pip install --python /opt/leadloop/bin/python --compile-bytecode --require-hashes -r runtime.lock

COPY . .
RUN pip wheel --no-deps --wheel-dir /wheels . \
    && uv pip install --python /opt/leadloop/bin/python --compile-bytecode --no-deps /wheels/*.whl


FROM python:3.11-slim-bookworm

RUN groupadd --gid 10001 leadloop \
    && useradd --uid 10001 --gid leadloop --no-create-home --home-dir /var/lib/leadloop --shell /usr/sbin/nologin leadloop \
    && install --directory --owner leadloop --group leadloop --mode 0750 /var/lib/leadloop
COPY --from=build /opt/leadloop /opt/leadloop

# LEADLOOP_DIR is the installation's folder: settings, rules and, with SQLite, the database. Nothing
# else is written, so the rest of the file system may be read-only (a tmpfs on /tmp is enough).
ENV PATH=/opt/leadloop/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LEADLOOP_DIR=/var/lib/leadloop
USER 10001:10001
WORKDIR /var/lib/leadloop
VOLUME ["/var/lib/leadloop"]

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ.get('LEADLOOP_HEALTH__PORT', '8321') + '/healthz', timeout=4)"]

ENTRYPOINT ["leadloop"]
CMD ["serve"]
