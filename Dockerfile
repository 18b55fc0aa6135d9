# ringfence on Debian 12. Build: docker build -t ringfence .    Run: see examples/compose and examples/kubernetes.
FROM debian:bookworm-slim AS build
WORKDIR /src
COPY tests/setup.sh tests/setup.sh
RUN tests/setup.sh build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release -DRINGFENCE_TESTS=OFF \
 && cmake --build --preset release --target ringfence \
 && strip build/release/proxy/ringfence \
 # What it is linked with, as Debian packages: the second stage installs exactly those.
 && ldd build/release/proxy/ringfence | awk '$3 ~ /^\// {print $3}' | xargs -n 1 realpath \
  | while read -r lib; do dpkg -S "$lib" 2>/dev/null || dpkg -S "${lib#/usr}"; done | cut -d: -f1 | sort -u >runtime-packages

FROM debian:bookworm-slim
COPY --from=build /src/runtime-packages /tmp/
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates $(cat /tmp/runtime-packages) \
 && rm -rf /var/lib/apt/lists/* /tmp/runtime-packages \
 && useradd --system --no-create-home --uid 10001 ringfence
COPY --from=build /src/build/release/proxy/ringfence /usr/bin/ringfence
USER 10001
EXPOSE 6432 6033 9127
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/ringfence"]
CMD ["serve", "--config", "/etc/ringfence/ringfence.yaml"]
