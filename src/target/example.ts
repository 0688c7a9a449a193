import type { SurfaceName } from '../contract/requirement.ts';

/** A target file to start from: it loads as it is, once the variables that it names are set. */
export function exampleTarget(surface: SurfaceName): string {
  return `${heading}${entries[surface]}${common}`;
}

const heading = `# A target file: the servers to be judged. Every key: specs/formats/target.schema.json
# \${NAME} is taken from the environment, so that no secret need stand here.
# Try it without a connection: plumbline conform --target FILE --dry-run
targets:
`;

const entries: Readonly<Record<SurfaceName, string>> = {
  emit: `  - name: emit                        # what reports and --only call it
    surface: emit
    dialect: emit@1
    urls:
      ws: ws://localhost:3000           # wss:// elsewhere; without /api/v1
      http: http://localhost:3000       # for the driver emit-rest, which makes and moves jobs
    spaces:
      - id: my-space
        tenant: own
        tokens:
          producer: \${EMIT_PRODUCER}    # jobs:create alone
          worker: \${EMIT_WORKER}        # jobs:worker
          read: \${EMIT_READ}            # jobs:read
          public: \${EMIT_PUBLIC}        # jobs:read:progress
          # progress: \${EMIT_PROGRESS}  # jobs:read:progress too, as a secret key; absent: the public one
          # revoked: \${EMIT_REVOKED}    # a key that was good once
          # Where a token carries other scopes than its name promises, say so:
          # read: { value: "\${EMIT_READ}", scopes: [jobs:read, jobs:create] }
      # More spaces of your own: scenes run side by side.
      # A space of somebody else: that isolation can be tested at all.
      # - id: their-space
      #   tenant: foreign
      #   tokens: { producer: "\${THEIR_PRODUCER}", worker: "\${THEIR_WORKER}", read: "\${THEIR_READ}" }
    # unscopedToken: \${EMIT_UNSCOPED}   # a key with jobs:read that is bound to no space
    # command: { run: ./my-driver, verbs: [create, poll, ack, progress, complete] }   # instead of urls.http
    dedicated: true                     # nobody else polls these spaces: a poll takes whatever job is pending
`,
  pusher: `  - name: pusher                      # what reports and --only call it
    surface: pusher
    dialect: modelbeam                  # or dryapi, or auto
    role: application                   # relay: it only delivers what others publish
    urls:
      ws: ws://localhost:6001           # what stands before /app/{key}
      auth: http://localhost:8000/broadcasting/auth
      api: http://localhost:8000        # what stands before the paths under jobs
      # trigger: http://localhost:6001  # what stands before /apps/{id}/events: for the driver pusher-http
    app:
      key: my-app-key                   # public
      # id: my-app-id
      # secret: \${PUSHER_SECRET}        # then subscriptions and triggers are signed by the harness
    clients:                            # their channels are private-client.{id}
      - id: "1"
        tenant: own
        tokens:
          api: \${CLIENT_TOKEN}
          # revoked: \${CLIENT_REVOKED}  # a token that was good once
      # A client of somebody else: that isolation can be tested at all.
      # - id: "2"
      #   tenant: foreign
      #   tokens: { api: "\${THEIR_TOKEN}" }
    jobs:                               # how jobs are made; {request} is the id of one
      submit: { path: /api/v1/client/txt2img, body: { prompt: a plumb line } }
      # submitFailing: { path: /api/v1/client/txt2img, body: { prompt: "" } }
      status: { path: "/api/v1/client/request-status/{request}" }
      webhooks: false
    # command: { run: ./my-driver, verbs: [submit, submitFailing, status] }   # instead of jobs; relay: [publish]
    # capabilities: [presence, client-events, encrypted, cache, sign-in, batch, queries]   # what it has of these
    dedicated: true                     # nobody else uses these clients
`,
  beam: `  - name: beam                        # what reports and --only call it
    surface: beam
    dialect: document                   # or beta9, or auto
    urls:
      ws: ws://localhost:8001/          # the realtime endpoint, prefix included
    tokens:
      valid: \${BEAM_TOKEN}
      # revoked: \${BEAM_REVOKED}        # a token that was good once
    # Deploy specs/beam/handler.py with this key, and what it answers can be judged:
    handler:
      key: \${BEAM_HANDLER_KEY}
    # A handler of your own: a program that writes its inputs and foretells its outputs, instead of handler.
    # command: { run: ./my-driver, verbs: [input] }   # or only some of input:transform, input:stream, input:fail
    warmupMs: 60000                     # the first contact may have to start a container
`,
};

const common = `    # All below is optional.
    # deadlines: { connectMs: 3000, answerMs: 5000 }
    # headers: { x-gateway-key: "\${GATEWAY_KEY}" }
    # tls: { ca: my-ca.pem }            # relative to this file
    # limits: { jobs: 100, connections: 50, requestsPerSecond: 20 }
    # excludes:                         # what cannot be tested here, and why; hides no failure
    #   - { requirement: ID, reason: why }
    # pins: { OPEN-POINT: reading }     # an open point that this server is meant to answer this way
    # control: http://localhost:3000/control
`;
