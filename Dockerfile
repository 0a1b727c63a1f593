# The base image brings Node and sh, which Airbyte's pods need to start the connector.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY spec.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build

# The models of the vendors' APIs, for compose.yaml: docker build --target sandbox
FROM build AS sandbox-build
COPY sandbox ./sandbox
RUN node_modules/.bin/esbuild sandbox/main.ts --bundle --platform=node --format=esm --outfile=dist/sandbox.mjs

FROM node:24-bookworm-slim AS sandbox
COPY --from=sandbox-build --chown=root:root /build/dist/sandbox.mjs /sandbox/main.mjs
USER 1000:1000
ENTRYPOINT ["/usr/local/bin/node", "/sandbox/main.mjs"]

# The connector: the last stage, which `docker build` makes by itself.
FROM node:24-bookworm-slim
COPY --from=build --chown=root:root /build/package.json /build/spec.json /airbyte/integration_code/
COPY --from=build --chown=root:root /build/dist /airbyte/integration_code/dist
# Airbyte overrides the working directory, so every path is absolute.
# Buffers come from several threads; an arena of its own for each would keep 10 MB for nothing.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    AIRBYTE_ENTRYPOINT="/usr/local/bin/node /airbyte/integration_code/dist/main.js"
WORKDIR /airbyte
# The uid under which Airbyte's pods run without root. Nothing in the image is writable for it.
USER 1000:1000
ENTRYPOINT ["/usr/local/bin/node", "/airbyte/integration_code/dist/main.js"]
# The same as in metadata.yaml; an acceptance test holds them together.
LABEL io.airbyte.name="source-payments" \
      io.airbyte.version="0.1.0"
