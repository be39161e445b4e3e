# Builds with the current LTS of Node.js and runs on a base with nothing but a C++ runtime and certificates: no shell, no package manager.
# The digests are of multi-architecture indexes (linux/amd64, linux/arm64); Dependabot renews them.
ARG BASE=node:26.11.1-bookworm-slim@sha256:86f07bc9c5dce4578cf37e5a418b7bfc7f817cda25cde66e2b66e95ed86c4567
ARG RUNTIME=gcr.io/distroless/cc-debian13:nonroot@sha256:e792ab3d241a468a4fd7519ddbbebe66b49b5f365771716ea688ad40b6c6f1c2

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts are needed; the optional packages hold the bundler of the page for this platform.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY migrations migrations
COPY web web
RUN npm run build

FROM ${BASE} AS dependencies
# Node.js without the names of its symbols (35 MB), and the one library that it needs beside those of the base.
RUN apt-get update && apt-get install -y --no-install-recommends binutils libatomic1 \
 && mkdir -p /runtime/bin /runtime/lib \
 && strip --strip-all -o /runtime/bin/node "$(command -v node)" \
 && cp -L /usr/lib/*-linux-gnu/libatomic.so.1 /runtime/lib/
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Left out: the embedded Postgres (optional; here the database is another container), sharp (a peer of Baileys, which it loads only to
# make thumbnails of media that this service never sends), and what only compilers and browsers read.
RUN npm ci --omit=dev --omit=optional --omit=peer --ignore-scripts \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
 && rm -rf node_modules/@types node_modules/typeorm/browser node_modules/rxjs/src node_modules/rxjs/dist/bundles \
    node_modules/rxjs/dist/esm5 node_modules/swagger-ui-dist/swagger-ui-es-bundle*.js

FROM ${RUNTIME}
LABEL org.opencontainers.image.title="whatsapp-contacts" \
      org.opencontainers.image.description="Keeps a WhatsApp account's address book in Postgres and serves it over REST." \
      org.opencontainers.image.licenses="MIT AND GPL-3.0-only"
ENV NODE_ENV=production HOST=0.0.0.0 LD_LIBRARY_PATH=/usr/local/lib
# glibc gives memory that was freed, as after a first sync, back to the system instead of keeping it for later.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=65536
WORKDIR /app
COPY --from=dependencies /runtime /usr/local
COPY package.json LICENSE THIRD_PARTY_LICENSES.md ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# nonroot
USER 65532:65532
EXPOSE 8888
# Node itself is process 1: it gets the signal, and ends the session and the connections in order.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 8888}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As in `npm start`: room for young objects 4 instead of 16 MB or more, one helper thread of V8 instead of four, each of
# which keeps memory of its own. 30 to 50 MB less, no slower. And the heap grows by half before it is collected: V8 would let it grow
# fourfold under load, to 600 MB when somebody reads pages as fast as they can.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=4", "--v8-pool-size=1", "--heap-growing-percent=50"]
CMD ["dist/main.js"]
