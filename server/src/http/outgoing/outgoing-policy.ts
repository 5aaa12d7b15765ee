import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Topology } from '../../config/data-centers.ts';
import type { Settings } from '../../config/settings.ts';
import { UsableFailure } from '../../foundation/failure.ts';

/** Which addresses and ports calls may go to that requests brought. */
export interface OutgoingPolicy {
  readonly allowLoopback: boolean;
  /** Networks that may be called whatever they are. */
  readonly allowedNetworks: readonly Network[];
  /** Ports that are called at public addresses only: databases, and listeners of the platform that are not public. */
  readonly closedPorts: ReadonlySet<number>;
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * The policy of a platform. Loopback is open only where all of its own origins are loopback too: then receivers of the
 * same laptop are meant; elsewhere it would be a way around the firewall.
 * @throws UsableFailure when a network of the settings cannot be read.
 */
export function outgoingPolicy(
  settings: Settings['outgoingCalls'],
  topology: Pick<Topology, 'dataCenters'>,
  closedPorts: readonly number[],
): OutgoingPolicy {
  const origins = topology.dataCenters.flatMap((dataCenter) => Object.values(dataCenter.origins));
  return {
    allowLoopback: settings.allowLoopback && origins.every(isLoopbackOrigin),
    allowedNetworks: settings.allowedNetworks.map(readNetwork),
    closedPorts: new Set(closedPorts),
  };
}

/** Whether a call may go to the address (IPv4 or IPv6, as text) and port. */
export function mayCall(address: string, port: number, policy: OutgoingPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const own = ownAddresses().has(parsed.toNormalizedString());
  if (isPublic(parsed) && !own) return true;
  if (policy.closedPorts.has(port)) return false;
  if (policy.allowedNetworks.some((network) => isIn(parsed, network))) return true;
  return parsed.range() === 'loopback' && policy.allowLoopback;
}

const globalUnicast: Network = ipaddr.parseCIDR('2000::/3');

/**
 * Whether the address is one of the internet that stands for nothing else. Mapped, compatible, translated (NAT64) and
 * tunnelled (6to4, Teredo) IPv6 addresses carry another address within, and no public receiver needs them.
 */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || isIn(address, globalUnicast);
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}

/** This machine's addresses of the moment: they come and go with networks. */
function ownAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return new Set(all.map(({ address }) => ipaddr.parse(address).toNormalizedString()));
}

/** Whether an origin is one of this machine's loopback. */
export function isLoopbackOrigin(origin: string): boolean {
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback';
}

function readNetwork(text: string): Network {
  try {
    return ipaddr.parseCIDR(text);
  } catch {
    throw new UsableFailure(
      `the setting outgoingCalls.allowedNetworks: expected networks like "10.20.0.0/16" or "fd12::/32", got "${text}"`,
    );
  }
}
