# syntax=docker/dockerfile:1
# Tintype in a container: built from a clean clone, run by nobody in particular, on a root file system that nobody writes to.

FROM node:24-bookworm-slim AS build
# What compiles the database driver where there is no binary of it for the platform.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends g++ make python3 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund
RUN npm run build
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production TINTYPE_WORKSPACE=/workspace HOME=/workspace
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/apps ./apps
COPY --from=build /app/examples ./examples
COPY --from=build /app/scripts/make-bucket.mjs ./scripts/
# A volume that is mounted here belongs to the user below.
RUN mkdir -p /workspace/.tintype && chown -R 65532:65532 /workspace && chmod 700 /workspace/.tintype
USER 65532:65532
WORKDIR /workspace
ENTRYPOINT ["node", "/app/apps/cli/bin/tintype.js"]
CMD ["--help"]
