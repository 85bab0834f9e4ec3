# Caddy with this installation's Caddyfile, owner of the folders that it keeps certificates in, so that it needs no root.
FROM caddy:2.11-alpine
COPY deploy/Caddyfile /etc/caddy/Caddyfile
RUN chown -R 10001:10001 /data /config
USER 10001:10001
