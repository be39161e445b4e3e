# The same major version as the newest one that CI tests.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The compiler needs no install scripts and no binaries of this platform.
RUN npm ci --omit=optional --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY migrations migrations
RUN npm run build

FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Left out: the embedded Postgres (optional; here the database is another container), and sharp (a peer of Baileys,
# which it loads only to make thumbnails of media that this service never sends).
RUN npm ci --omit=dev --omit=optional --omit=peer --ignore-scripts

FROM ${BASE}
LABEL org.opencontainers.image.title="whatsapp-contacts" \
      org.opencontainers.image.description="Keeps a WhatsApp account's address book in Postgres and serves it over REST." \
      org.opencontainers.image.licenses="MIT AND GPL-3.0-only"
ENV NODE_ENV=production HOST=0.0.0.0
# glibc gives memory that was freed, as after a first sync, back to the system instead of keeping it for later.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=65536
WORKDIR /app
COPY package.json LICENSE THIRD_PARTY_LICENSES.md ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 8888
# Node itself is process 1: it gets the signal, and ends the session and the connections in order.
STOPSIGNAL SIGTERM
# Bash, which the base image has: no Node needs to start every ten seconds.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PORT:-8888} && printf 'GET /livez HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
# As in `npm start`: room for young objects 4 instead of 16 MB or more, one helper thread of V8 instead of four, each of
# which keeps memory of its own. 30 to 50 MB less, no slower. And the heap grows by half before it is collected: V8 would let it grow
# fourfold under load, to 600 MB when somebody reads pages as fast as they can.
CMD ["node", "--max-semi-space-size=4", "--v8-pool-size=1", "--heap-growing-percent=50", "dist/main.js"]
