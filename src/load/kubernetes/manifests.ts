import { type Contract, InputError } from '../../contract/contract.ts';
import type { JsonObject } from '../../contract/json.ts';
import { controlVariables } from '../control/messages.ts';
import { k6Arguments } from '../drivers/k6-driver.ts';

/** A load to be performed in a cluster. */
export interface Cluster {
  /** What all that is made is called, or begins with: a DNS label. */
  readonly name: string;
  readonly surface: keyof Pick<Contract, 'pusher' | 'emit' | 'beam'>;
  /** The bundled k6 script of the surface. */
  readonly script: string;
  /** k6 processes, each in a pod of its own. */
  readonly segments: number;
  /** VUs over all of them. */
  readonly members: number;
  /** Words of `plumbline load` for the coordinator: the profile and its settings. */
  readonly words: readonly string[];
}

/** The port on which the coordinator listens for the generators. */
export const controlPort = 7070;

/** To be replaced by whoever applies the files: there is no published image of the harness. */
export const coordinatorImage = 'COORDINATOR_IMAGE';
/** The release that the driver is made for; `grafana/k6:latest` would be another one next month. */
export const k6Image = 'grafana/k6:1.8.1';

/** A ConfigMap holds no more than that. */
const mostBytes = 1024 * 1024;
const where = '/etc/plumbline';

/**
 * Kubernetes objects by the file that they are written to: the script as a ConfigMap, a TestRun of k6-operator
 * (k6.io/v1alpha1) for the generators, a Job and a Service for the coordinator. No secret stands in any of them.
 * @throws InputError where some generators would have nothing to do, or the script is too large.
 */
export function manifestsOf(cluster: Cluster): Readonly<Record<string, readonly JsonObject[]>> {
  const { name, surface, script, segments, members, words } = cluster;
  if (segments > members) {
    throw new InputError(
      `${segments} segments of ${members} VUs leave ${segments - members} runners with nothing to do: --segments ${members}, or more subscribers`,
    );
  }
  if (Buffer.byteLength(script) > mostBytes) {
    throw new InputError(`the script for ${surface} is larger than a ConfigMap may be (1 MiB)`);
  }
  const file = `${surface}.js`;
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'coordinator' };
  const token = {
    name: controlVariables.token,
    valueFrom: { secretKeyRef: { name: `${name}-control`, key: 'token' } },
  };
  const ofRunner = {
    image: k6Image,
    env: [
      { name: controlVariables.url, value: `ws://${name}:${controlPort}/` },
      token,
      { name: 'PLUMBLINE_MEMBERS', value: String(members) },
      { name: 'K6_NO_USAGE_REPORT', value: 'true' },
      { name: 'K6_AUTO_EXTENSION_RESOLUTION', value: 'false' },
      { name: 'GOGC', value: '400' },
    ],
  };
  return {
    'configmap.yaml': [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `${name}-script` },
        data: { [file]: script },
      },
    ],
    'coordinator.yaml': [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name },
        spec: { selector: labels, ports: [{ name: 'control', port: controlPort, protocol: 'TCP' }] },
      },
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: `${name}-coordinator` },
        spec: {
          // A load that has failed is a result, and no reason to load the server again.
          backoffLimit: 0,
          template: {
            metadata: { labels },
            spec: {
              restartPolicy: 'Never',
              containers: [
                {
                  name: 'coordinator',
                  image: coordinatorImage,
                  args: [
                    ...['load', ...words],
                    ...['--target', `${where}/target.yaml`],
                    ...['--listen', `0.0.0.0:${controlPort}`, '--generators', String(members)],
                    ...['--out', '/reports/run'],
                  ],
                  env: [token],
                  ports: [{ name: 'control', containerPort: controlPort }],
                  volumeMounts: [
                    { name: 'target', mountPath: where, readOnly: true },
                    { name: 'reports', mountPath: '/reports' },
                  ],
                },
              ],
              volumes: [
                { name: 'target', secret: { secretName: `${name}-target` } },
                { name: 'reports', emptyDir: {} },
              ],
            },
          },
        },
      },
    ],
    'testrun.yaml': [
      {
        apiVersion: 'k6.io/v1alpha1',
        kind: 'TestRun',
        metadata: { name },
        spec: {
          parallelism: segments,
          script: { configMap: { name: `${name}-script`, file } },
          // As on one machine, but for what the operator says itself: --quiet, --address, the segments.
          arguments: k6Arguments.filter((word) => word !== '--quiet').join(' '),
          // It inspects the script for its VUs, which are told by the environment.
          initializer: ofRunner,
          runner: ofRunner,
        },
      },
    ],
  };
}
