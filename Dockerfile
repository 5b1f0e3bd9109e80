# Viva in a container: built in one stage, run in another as a user without rights, on a root file system that may be read-only.
FROM node:22-bookworm-slim AS build
WORKDIR /viva
COPY package.json package-lock.json tsconfig.json tsconfig.base.json ./
COPY packages ./packages
COPY scripts ./scripts
COPY bank ./bank
RUN npm ci --no-audit --no-fund --ignore-scripts && npm rebuild esbuild && npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    VIVA_DATA=/data \
    VIVA_HOST=0.0.0.0 \
    PORT=4870 \
    VIVA_LOG=info \
    VIVA_LOG_FORMAT=json
WORKDIR /viva
COPY --from=build --chown=root:root /viva /viva
RUN install -d -o node -g node -m 0700 /data
# The image's user `node`, by number: some engines cannot tell otherwise that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 4870
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "packages/cli/bin/viva.mjs"]
CMD ["start"]
