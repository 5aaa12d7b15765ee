# The platform in a container: the package as npm would publish it, on a slim Debian with Node, as an unprivileged user.
# The root may be read only; what is kept is below /data, and /tmp is used in passing.
#
#   docker build -t grantway .
#   docker run --rm --read-only --tmpfs /tmp --volume grantway:/data --publish 127.0.0.1:8000-8099:8000-8099 grantway
#
# The embedded PostgreSQL needs glibc, which Alpine does not have.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund \
 && npm pack --pack-destination /package \
 && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production GRANTWAY_DATA=/data
WORKDIR /opt/grantway
COPY --from=build /package/grantway-0.1.0.tgz /tmp/grantway.tgz
RUN npm install --omit=dev --no-audit --no-fund /tmp/grantway.tgz \
 && npm cache clean --force \
 && rm /tmp/grantway.tgz \
 && mkdir /data \
 && chown node:node /data
COPY deploy/docker/grantway.json /etc/grantway.json
ENV PATH=/opt/grantway/node_modules/.bin:$PATH
USER node
VOLUME /data
EXPOSE 8000-8099
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8000/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["grantway"]
CMD ["start", "--config", "/etc/grantway.json"]
