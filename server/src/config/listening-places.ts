import { UsableFailure } from '../foundation/failure.ts';
import { type DataCenter, portOffsets, type Service, services } from './data-centers.ts';
import { type Role, roleOf } from './roles.ts';
import type { Settings } from './settings.ts';

/** Where something listens; `label` is for messages: `accounts of data centre "us"`. */
export interface ListeningPlace {
  readonly port: number;
  readonly host: string;
  readonly label: string;
}

/** The public listener of a service. */
export function placeOfService(
  { listenHost: host }: Settings,
  dataCenter: DataCenter,
  service: Service,
): ListeningPlace {
  return { port: dataCenter.ports[service], host, label: `${service} of data centre "${dataCenter.id}"` };
}

/** The admin API, never but on the loopback address. */
export function placeOfAdmin({ basePort }: Settings): ListeningPlace {
  return { port: basePort + portOffsets.admin, host: '127.0.0.1', label: 'the admin API' };
}

/** Undefined where the metrics have no port of their own. */
export function placeOfMetrics({ metricsPort: port, listenHost: host }: Settings): ListeningPlace | undefined {
  return port === undefined ? undefined : { port, host, label: 'the metrics' };
}

/**
 * All places where a process with these roles listens.
 * @throws UsableFailure where two of them, or of `others` that listen beside it, have one port.
 */
export function listeningPlaces(
  settings: Settings,
  served: readonly DataCenter[],
  roles: ReadonlySet<Role>,
  others: readonly ListeningPlace[] = [],
): readonly ListeningPlace[] {
  const open = services.filter((service) => roles.has(roleOf[service]));
  const metrics = placeOfMetrics(settings);
  const places = [
    ...served.flatMap((dataCenter) => open.map((service) => placeOfService(settings, dataCenter, service))),
    ...(roles.has('admin') ? [placeOfAdmin(settings)] : []),
    ...(metrics ? [metrics] : []),
    ...others,
  ];
  const labels = new Map<number, string>();
  for (const { port, label } of places) {
    const other = labels.get(port);
    if (other !== undefined) {
      throw new UsableFailure(
        `expected a port of its own for each listener, got ${port} for ${other} and for ${label}`,
      );
    }
    labels.set(port, label);
  }
  return places;
}
