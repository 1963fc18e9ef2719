# The three images that deploy/Dockerfile starts from, out of Debian's packages: for building where no registry is
# reached (deploy/images/build.py). `debian` is what debootstrap made; the context is the wheel that carries node.
# hadolint global ignore=DL3006,DL3008

FROM debian AS python
# As in the image python: it is named python, and pip installs beside it. And uv trusts what the system trusts only when
# told to.
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip && rm -rf /var/lib/apt/lists/* \
    && ln -s python3 /usr/local/bin/python && rm -f /usr/lib/python3*/EXTERNALLY-MANAGED \
    && install -d /etc/uv && echo 'system-certs = true' > /etc/uv/uv.toml

FROM debian AS node
COPY bin /usr/local/bin
COPY lib /usr/local/lib
# A wheel has no links: its npm is a copy that finds nothing. And npm trusts what the system trusts only when told to.
RUN ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && install -d /usr/local/etc && echo cafile=/etc/ssl/certs/ca-certificates.crt > /usr/local/etc/npmrc

FROM debian AS caddy
# With the capability that the image caddy gives its program, and the wget that the health check of `web` needs.
RUN apt-get update && apt-get install -y --no-install-recommends caddy libcap2-bin wget && rm -rf /var/lib/apt/lists/* \
    && setcap cap_net_bind_service=+ep /usr/bin/caddy
