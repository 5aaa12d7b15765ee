import tr46 from 'tr46';
import { invisibleCharacterIn } from './invisible-characters.ts';

/** Characters of a whole address, as typed and as compared. */
export const emailAddressLength = 100;

const pattern = /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\]]+$/;
const plainDomain = /^(?!.*xn--)[\x20-\x7e]*$/i;

/**
 * An e-mail address in the one form in which addresses are compared: one mailbox has one. Surrounding blanks and case do
 * not matter; the domain is folded by UTS 46 (non-transitional), so that `münchen.example` and the
 * `xn--mnchen-3ya.example` that browsers send for it are the same; the part before the @ is in NFC (RFC 6532 §3.1).
 * Never fails: a domain that UTS 46 does not take is compared by its letters.
 */
export function foldEmailAddress(address: string): string {
  const trimmed = address.trim();
  const at = trimmed.lastIndexOf('@');
  if (at === -1) return foldText(trimmed);
  const domain = trimmed.slice(at + 1);
  return `${foldText(trimmed.slice(0, at))}@${asciiDomain(domain) ?? foldText(domain)}`;
}

/** What is wrong with an e-mail address, in one line that names what was expected, or undefined. */
export function emailAddressFault(address: string): string | undefined {
  const found = invisibleCharacterIn(address.trim());
  if (found) return `the e-mail address must not hold invisible or direction characters; ${found} came`;
  const folded = foldEmailAddress(address);
  if (!pattern.test(address) || Math.max(address.length, folded.length) > emailAddressLength) {
    return `the e-mail address must look like name@example.com and have at most ${emailAddressLength} characters`;
  }
  const domain = address.slice(address.lastIndexOf('@') + 1);
  if (asciiDomain(domain) !== undefined) return undefined;
  return `the domain of the e-mail address must be valid as an internationalized domain name (UTS 46); "${domain}" came`;
}

function foldText(text: string): string {
  // Lower case may decompose what NFC had composed.
  return text.normalize('NFC').toLowerCase().normalize('NFC');
}

function asciiDomain(domain: string): string | undefined {
  if (plainDomain.test(domain)) return domain.toLowerCase();
  return tr46.toASCII(domain, { checkBidi: true, checkJoiners: true, verifyDNSLength: true }) ?? undefined;
}
